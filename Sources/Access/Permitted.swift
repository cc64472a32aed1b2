// A request together with the permit for it.

/// The proof that this very request may be done: the authorizer alone makes one, out of the request that it decided.
public struct Permitted<Request: NeedsPermission> {
  public let request: Request
  public let permit: Permit

  @usableFromInline init(_ request: Request, _ permit: Permit) {
    self.request = request
    self.permit = permit
  }
}
