// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Benchmarks",
  dependencies: [
    // By name: a path alone would take the name of the folder that the checkout happens to lie in.
    .package(name: "plads", path: "../..")
  ],
  targets: [
    .executableTarget(
      name: "Benchmarks",
      dependencies: ["Demand", "Ingest", "LinearAlgebra", "Placements", "Probability", "Regression"].map {
        .product(name: $0, package: "plads")
      },
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"), .treatAllWarnings(as: .error),
      ])
  ]
)
