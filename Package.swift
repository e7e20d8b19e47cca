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

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
  .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "plads",
  products: [
    .executable(name: "plads", targets: ["plads"]),
    .library(name: "Demand", targets: ["Demand"]),
    .library(name: "Forecasting", targets: ["Forecasting"]),
    .library(name: "Ingest", targets: ["Ingest"]),
    .library(name: "LinearAlgebra", targets: ["LinearAlgebra"]),
    .library(name: "Placements", targets: ["Placements"]),
    .library(name: "Probability", targets: ["Probability"]),
    .library(name: "Regression", targets: ["Regression"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
  ],
  targets: [
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
    module("LinearAlgebra", ["COpenBLAS"]),
    module("Probability"),
    module("Groundwork"),
    module("Placements", ["Groundwork"]),
    module("Spreadsheets", ["CZlib", "CExpat", "Groundwork"]),
    module("Ingest", ["Placements", "Spreadsheets", "Groundwork", crypto]),
    module("Regression", ["LinearAlgebra", "Probability"]),
    module("Forecasting", ["Groundwork", "LinearAlgebra", "Probability"]),
    module("Demand", ["Groundwork", "Placements", "Probability", "LinearAlgebra", "Regression"]),
    module("Scenarios", ["Placements", "Demand", "Groundwork"]),
    module("Capacity", ["Groundwork", "Placements", "Scenarios"]),
    module("Analysis", ["Groundwork", "Placements", "Probability", "Forecasting", "Demand", "Scenarios", "Capacity"]),
    module("Store", ["Groundwork", "Placements", "Forecasting", grdb, crypto]),
    module("Reports", ["Groundwork"]),
    module(
      "Commands",
      [
        "Groundwork", "Placements", "Spreadsheets", "Ingest", "LinearAlgebra", "Regression", "Forecasting", "Demand", "Scenarios", "Capacity", "Analysis",
        "Store", "Reports", argumentParser,
      ]),
    .executableTarget(name: "plads", dependencies: ["Commands"], swiftSettings: strict),
    .target(name: "TestSupport", dependencies: ["CZlib", "Groundwork", "Ingest", "Placements"], path: "Tests/TestSupport", swiftSettings: strict),
    tests("DemandTests", ["Demand", "Placements", "Probability", "TestSupport"]),
    tests("ForecastingTests", ["Forecasting", "Groundwork", "LinearAlgebra", "Probability", "TestSupport"]),
    tests("CapacityTests", ["Capacity", "Groundwork", "Placements", "Scenarios", "TestSupport"]),
    tests("ScenariosTests", ["Scenarios", "Demand", "Groundwork", "Placements", "TestSupport"]),
    tests("AnalysisTests", ["Ingest", "Analysis", "Capacity", "Demand", "Forecasting", "Groundwork", "Placements", "Probability", "Scenarios", "TestSupport"]),
    tests("GroundworkTests", ["Groundwork"]),
    tests("PlacementsTests", ["Placements", "Groundwork"]),
    tests("SpreadsheetsTests", ["Spreadsheets", "Groundwork", "TestSupport"]),
    tests("IngestTests", ["Ingest", "Placements", "Groundwork", "Spreadsheets", "TestSupport"]),
    tests("LinearAlgebraTests", ["LinearAlgebra"]),
    tests("ProbabilityTests", ["Probability"]),
    tests("RegressionTests", ["Regression", "LinearAlgebra", "Probability"], resources: [.copy("Resources")]),
    tests("StoreTests", ["Store", "Groundwork", grdb]),
    tests("ReportsTests", ["Reports", "Groundwork"]),
    tests("CommandsTests", ["Analysis", "Commands", "Groundwork", "Ingest", "Placements", argumentParser]),
    tests("EndToEndTests", ["plads", "Groundwork", "TestSupport"]),
  ]
)
