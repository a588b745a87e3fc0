#!/usr/bin/env python3
"""Holds JAGS (Gibbs sampling, Plummer 2003) against the engine, on one network with the same levels and facts.

Needs JAGS 4 on the path (`apt-get install jags`) and nothing else. From the root of the repository:

    python3 benches/peers/jags.py 1000 varied|template [SECONDS]

JAGS gets a minute, a chain for each of two cores, and the better of two ways to read each length: all worlds
drawn so far, or the later half of them. Reading the model in is not counted.
"""

import os
import subprocess
import sys
import tempfile

CHAINS = 2
# At what shares of the time the numbers are looked at; each is twice the one before.
LOOKS = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1)
# Worlds that are kept of each span.
KEPT = 4000


def lines(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return [line.split() for line in file]


def write_model(folder):
    """One line of BUGS for each node, and a virtual child for each node with evidence."""
    model, data = [], []
    for number, (level, state, evidence, *edges) in enumerate(lines(folder, "network.txt"), 1):
        pairs = zip(edges[::2], edges[1::2])
        terms = [f"({level})"] + [f"({weight}) * x[{int(source) + 1}]" for source, weight in pairs]
        model.append(f"x[{number}] ~ dbern(ilogit({' + '.join(terms)}))")
        if float(evidence) != 0:
            model.append(f"e[{number}] ~ dbern(ilogit(({evidence}) * (2 * x[{number}] - 1)))")
        data.append((state, float(evidence)))
    states = {"yes": "1", "no": "0", "open": "NA"}
    known = ", ".join(states[state] for state, _ in data)
    virtual = ", ".join("1" if evidence else "NA" for _, evidence in data)
    with open(os.path.join(folder, "model.bug"), "w", encoding="utf-8") as file:
        file.write("model {\n" + "\n".join(model) + "\n}\n")
    with open(os.path.join(folder, "data.R"), "w", encoding="utf-8") as file:
        file.write(f"x <- c({known})\n")
        if any(evidence for _, evidence in data):
            file.write(f"e <- c({virtual})\n")


class Chain:
    """A JAGS with its script. It leaves a file before and after each span: their times tell how long it took."""

    def __init__(self, folder, seed, spans):
        self.folder, self.seed, self.spans = folder, seed, spans
        with open(os.path.join(folder, f"inits{seed}.R"), "w", encoding="utf-8") as file:
            file.write(f'.RNG.name <- "base::Mersenne-Twister"\n.RNG.seed <- {seed}\n')
        script = ["model in model.bug", "data in data.R", "compile, nchains(1)", f"parameters in inits{seed}.R",
                  "initialize"]
        for number, sweeps in enumerate(spans):
            # Worlds that follow each other are nearly the same: a few thousand of a span tell as much as all.
            script += [f"monitor x, thin({max(1, sweeps // KEPT)})", f"samplers to {self.stem(number)}begin",
                       f"update {sweeps}, by(0)", f"samplers to {self.stem(number)}end",
                       f"coda *, stem({self.stem(number)})", "monitor clear x"]
        path = os.path.join(folder, f"script{seed}.cmd")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(script) + "\nexit\n")
        with open(os.path.join(folder, f"said{seed}.txt"), "w", encoding="utf-8") as said:
            self.process = subprocess.Popen(["jags", path], cwd=folder, stdout=said, stderr=said)

    def stem(self, span):
        return f"s{self.seed}_{span}_"

    def wait(self):
        self.process.wait()
        path = os.path.join(self.folder, self.stem(len(self.spans) - 1) + "chain1.txt")
        if self.process.returncode != 0 or not os.path.exists(path):
            with open(os.path.join(self.folder, f"said{self.seed}.txt"), encoding="utf-8") as said:
                sys.exit(f"JAGS failed: {said.read()}")

    def seconds(self, span):
        begin, end = (os.stat(os.path.join(self.folder, self.stem(span) + edge)).st_mtime for edge in ("begin", "end"))
        return end - begin

    def sums(self, span):
        """How often each node was true, scaled to the number of sweeps, and that number."""
        sums, sweeps = {}, self.spans[span]
        with open(os.path.join(self.folder, self.stem(span) + "chain1.txt"), encoding="utf-8") as file:
            values = [line.rsplit(None, 1)[1] != "0" for line in file]
        for name, first, last in lines(self.folder, self.stem(span) + "index.txt"):
            worlds = values[int(first) - 1:int(last)]
            sums[int(name[2:-1]) - 1] = sum(worlds) / len(worlds) * sweeps
        return sums, sweeps


def rmse(long, spans):
    count = sum(sweeps for _, sweeps in spans)
    squares = [(sum(sums[node] for sums, _ in spans) / count - truth) ** 2 for node, truth in long.items()]
    return (sum(squares) / len(squares)) ** 0.5


def run(folder, spans):
    chains = [Chain(folder, seed, spans) for seed in range(1, CHAINS + 1)]
    for chain in chains:
        chain.wait()
    return chains


def run_jags(folder, long, limit):
    """The time and the error at each look."""
    # How fast it is, from a run that is thrown away.
    pilot, speed = 10, 0.0
    while True:
        lapse = max(chain.seconds(0) for chain in run(folder, [pilot]))
        speed = pilot / max(lapse, 1e-3)
        if lapse > limit / 30:
            break
        pilot *= 4
    ends = [max(number + 1, int(look * limit * speed)) for number, look in enumerate(LOOKS)]
    chains = run(folder, [end - begin for begin, end in zip([0, *ends], ends)])
    took, spans, found = 0.0, [], []
    for number, sweeps in enumerate(ends):
        took += max(chain.seconds(number) for chain in chains)
        latest = [chain.sums(number) for chain in chains]
        spans += latest
        whole, later = rmse(long, spans), rmse(long, latest)
        if took < 1.1 * limit:
            found.append((took, min(whole, later)))
        print(f"JAGS: {took:6.2f} s, {sweeps:7} sweeps in {CHAINS} chains,"
              f" rmse {whole:.4f}, of the later half {later:.4f}", flush=True)
    return found


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "300"
    numbers = sys.argv[2] if len(sys.argv) > 2 else "varied"
    limit = float(sys.argv[3]) if len(sys.argv) > 3 else 60.0
    with tempfile.TemporaryDirectory() as folder:
        program = os.environ.get("ENGINE_BENCH")
        command = [program] if program else ["cargo", "bench", "--quiet", "--bench", "engine", "--"]
        subprocess.run([*command, "peer", size, numbers, folder], check=True)
        long = {int(node): float(probability) for node, probability in lines(folder, "long.txt")}
        ours = [tuple(map(float, line)) for line in lines(folder, "ours.txt")]
        for worlds, seconds, error in ours:
            print(f"ours: {seconds:6.2f} s, {worlds:7.0f} worlds, rmse {error:.4f}", flush=True)
        write_model(folder)
        found = run_jags(folder, long, limit)
    theirs, best = min(found, key=lambda look: (look[1], look[0]))
    reach = [seconds for _, seconds, error in ours if error <= best]
    if reach:
        print(f"JAGS is best at {best:.4f} after {theirs:.1f} s; ours is there in {min(reach):.2f} s:"
              f" {theirs / min(reach):.0f} times faster")
    else:
        print(f"JAGS is best at {best:.4f} after {theirs:.1f} s; ours is not there with any of the worlds above")


if __name__ == "__main__":
    main()
