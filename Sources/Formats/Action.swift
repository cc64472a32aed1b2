// What is done to a resource.

/// Write never implies read.
public enum Action: String, Sendable, Hashable, CaseIterable { case read, write }
