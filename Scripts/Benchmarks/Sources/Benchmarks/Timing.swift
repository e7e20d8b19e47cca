import Foundation

/// How long a run took.
struct RunTime: Codable {
  /// On the clock, in seconds.
  var wall: Double
  /// Of all threads; what a busy machine lengthens less.
  var processor: Double
}

/// The times of several runs of the same work.
struct Times: Codable {
  private(set) var runs: [RunTime]

  init(_ runs: [RunTime]) { self.runs = runs }

  var count: Int { runs.count }
  var minimum: Double { runs.map(\.wall).min() ?? .nan }
  var maximum: Double { runs.map(\.wall).max() ?? .nan }
  var median: Double { Self.median(runs.map(\.wall)) }
  var medianProcessor: Double { Self.median(runs.map(\.processor)) }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}

enum Stopwatch {
  private static func now(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// The result of the work and its time in this process.
  static func time<Value>(_ work: () throws -> Value) rethrows -> (value: Value, time: RunTime) {
    let (wall, processor) = (now(CLOCK_MONOTONIC), now(CLOCK_PROCESS_CPUTIME_ID))
    let value = try work()
    return (value, RunTime(wall: now(CLOCK_MONOTONIC) - wall, processor: now(CLOCK_PROCESS_CPUTIME_ID) - processor))
  }

  /// The last result and the times of `runs` runs, or of as many as begin within a minute.
  static func time<Value>(runs: Int, _ work: () throws -> Value) rethrows -> (value: Value, times: Times) {
    var (value, time) = try time(work)
    var times = [time]
    while times.count < runs, times.reduce(0, { $0 + $1.wall }) < 60 {
      (value, time) = try Stopwatch.time(work)
      times.append(time)
    }
    return (value, Times(times))
  }
}

/// A finished process.
struct FinishedProcess {
  let time: RunTime
  /// Peak resident memory.
  let peakMegabytes: Double
  let exitCode: Int32

  /// Runs a program to its end, its standard output into a file. Call it from a small process: Linux counts the memory
  /// of the process that starts another one into the new one's peak.
  static func run(_ path: String, _ arguments: [String], output: String = "/dev/null") throws -> FinishedProcess {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var child = pid_t()
    var usage = rusage()
    var status: Int32 = 0
    let (started, time) = Stopwatch.time {
      let result = posix_spawnp(&child, path, &actions, nil, &words, environ)
      if result == 0 { while wait4(child, &status, 0, &usage) < 0, errno == EINTR {} }
      return result
    }
    guard started == 0 else { throw Misuse("\(path) cannot be started: \(String(cString: strerror(started)))") }
    return FinishedProcess(
      time: RunTime(wall: time.wall, processor: seconds(usage.ru_utime) + seconds(usage.ru_stime)),
      peakMegabytes: Double(usage.ru_maxrss) * 1024 / 1e6, exitCode: status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + status & 0x7f)
  }

  private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
}
