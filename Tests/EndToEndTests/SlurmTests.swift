import Foundation
import Testing

private let isSlurmInstalled = ["/usr/sbin/slurmctld", "/usr/sbin/slurmd", "/usr/sbin/munged", "/usr/bin/sbatch"]
  .allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }

/// A real Slurm of one node, started for the test and stopped after it.
@Suite(
  "Sweeps as Slurm job arrays",
  .enabled(if: isSlurmInstalled, "Slurm is not installed (slurmctld, slurmd, slurm-client, munge): Scripts/setup --slurm"))
struct SlurmTests {
  /// Starts the daemons in the folder `$D`, runs the script with one of its tasks killed, and stops them.
  private static let cluster = #"""
    set -euo pipefail
    mkdir -p "$D"/{run,state,spool,log}
    head -c 128 /dev/urandom > "$D/munge.key"; chmod 600 "$D/munge.key"; chmod 755 "$D" "$D/run"
    H=$(hostname -s)
    cat > "$D/slurm.conf" <<CONF
    ClusterName=test
    SlurmctldHost=$H(127.0.0.1)
    CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
    SlurmctldPort=$PORT
    SlurmdPort=$((PORT + 1))
    AuthInfo=socket=$D/run/munge.sock,cred_expire=5
    SlurmUser=$(id -un)
    SlurmdUser=$(id -un)
    StateSaveLocation=$D/state
    SlurmdSpoolDir=$D/spool
    SlurmctldPidFile=$D/run/slurmctld.pid
    SlurmdPidFile=$D/run/slurmd.pid
    SlurmctldLogFile=$D/log/slurmctld.log
    SlurmdLogFile=$D/log/slurmd.log
    JobCompType=jobcomp/filetxt
    JobCompLoc=$D/log/jobcomp
    ProctrackType=proctrack/linuxproc
    TaskPlugin=task/none
    SelectType=select/cons_tres
    SelectTypeParameters=CR_CPU
    ReturnToService=2
    SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,bf_interval=1,sched_interval=1
    NodeName=$H NodeAddr=127.0.0.1 CPUs=2
    PartitionName=test Nodes=$H Default=YES
    CONF

    export SLURM_CONF="$D/slurm.conf"
    # At once: a daemon that takes its time would keep the test waiting.
    stop() { for pid in "$D"/run/*.pid; do kill -KILL "$(cat "$pid")" 2>/dev/null || true; done; }
    trap stop EXIT
    # Where the daemons cannot run (77) nothing is said of job arrays.
    munged --key-file "$D/munge.key" --socket "$D/run/munge.sock" --pid-file "$D/run/munged.pid" --log-file "$D/log/munged.log" --seed-file "$D/munge.seed" || exit 77
    slurmctld -c || exit 77
    slurmd -c || exit 77
    for _ in $(seq 300); do [[ $(sinfo -ho %T 2>/dev/null) == idle ]] && break; sleep 0.1; done
    [[ $(sinfo -ho %T) == idle ]] || exit 77
    "$SWEEP" 4 parts "$@" 2> sweep.log &
    sweep=$!
    # The first task that runs is killed, as a node that goes down would.
    for _ in $(seq 600); do
      victim=$(squeue -h -r -t RUNNING -o %i 2>/dev/null | head -n 1)
      if [[ -n $victim ]]; then scancel --signal=KILL --batch "$victim" || true; scancel --signal=KILL "$victim" || true; echo "$victim" > victim; break; fi
      sleep 0.05
    done
    wait "$sweep"
    """#

  @Test("One task is killed, its part is computed again, and all parts merge to the bytes of one run", .timeLimit(.minutes(10)))
  func jobArray() throws {
    try Program.withFolder { program in
      #expect(try program.run("new", "r", "--example", "region").code == 0)
      let arguments = ["-p", "r", "--vary", "homecoming.multiply=1:2:0.125", "--area", "autisme", "--draws", "200"]
      let whole = try program.run(["sweep"] + arguments + ["--format", "csv", "--quiet", "-o", "whole.csv"])
      #expect(whole.code == 0, "\(whole.errors)")
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      process.arguments = ["-c", Self.cluster, "bash"] + arguments
      process.currentDirectoryURL = program.folder
      var variables = ProcessInfo.processInfo.environment
      variables["D"] = program.folder.appendingPathComponent("slurm").path
      // Ports of its own, so that other clusters on the machine are left alone.
      variables["PORT"] = String(20_000 + 2 * Int.random(in: 0..<5000))
      variables["PLADS"] = try Program.path.path
      variables["SWEEP"] = Self.script
      variables["OPENBLAS_NUM_THREADS"] = "1"
      process.environment = variables
      let log = program.folder.appendingPathComponent("cluster.log")
      try Data().write(to: log)
      process.standardOutput = try FileHandle(forWritingTo: log)
      process.standardError = try FileHandle(forWritingTo: log)
      process.standardInput = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      guard process.terminationStatus != 77 else {
        print("Slurm's daemons do not run on this machine; job arrays are not tested.")
        return
      }
      let said = (try? program.read("sweep.log")) ?? ""
      let cluster = (try? program.read("cluster.log")) ?? ""
      #expect(process.terminationStatus == 0, "\(cluster)\(said)")
      #expect(program.exists("victim"))
      #expect(said.contains("round 2"), "\(said)")
      let (merged, one) = (try? program.read("parts/sweep.csv"), try program.read("whole.csv"))
      #expect(merged == one)
    }
  }

  private static let script = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Scripts/sweep.slurm"
}
