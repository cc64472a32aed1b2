// What a permission may be about.

/// The resource types of InfluxDB 2.9.1; `instance` covers every type.
public enum ResourceType: String, Sendable, Hashable, CaseIterable {
  case authorizations, buckets, dashboards, orgs, sources, tasks, telegrafs, users, variables, scrapers, secrets
  case labels, views, documents, notificationRules, notificationEndpoints, checks, dbrp, notebooks, annotations
  case remotes, replications, instance
}
