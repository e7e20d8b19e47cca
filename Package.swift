// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// A module of the house; its arrows are the picture in README.md.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, swiftSettings: strict, linkerSettings: [.linkedLibrary("m")])
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "plads",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
  ],
  targets: [
    module("Groundwork"),
    module("Placements", ["Groundwork"]),
    module("Ingest", ["Placements", "Groundwork"]),
    tests("GroundworkTests", ["Groundwork"]),
    tests("PlacementsTests", ["Placements", "Groundwork"]),
    tests("IngestTests", ["Ingest", "Placements", "Groundwork"]),
  ]
)
