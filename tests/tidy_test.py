#!/usr/bin/env python3
"""Keeps the architecture visible: sizes, who includes whom, names, tests.

Run alone (prints every offence, exits 1) or under pytest. The tables below are
the rules; a rule that must bend is changed here, in review, with its reason.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE_DIRS = ("common", "coordinator", "worker", "cli")

MAX_SOURCE_LINES = 500
MAX_HEADER_LINES = 250
MAX_FUNCTION_LINES = 70
MAX_TEST_LINES = 100  # Of one test: tables of cases are long and simple.
MAX_SCRIPT_LINES = 500

# Folder -> folders (prefixes) its files may include from. The longest matching
# key counts. What is not listed is refused.
MAY_INCLUDE = {
    "common/base": ["common/base"],
    "common/tensor": ["common/base", "common/tensor"],
    "common/artifact": ["common/base", "common/tensor", "common/artifact"],
    "common/unit": ["common/base", "common/artifact", "common/unit"],
    "common/model": ["common/base", "common/tensor", "common/model"],
    "common/ops": ["common/base", "common/tensor", "common/model",
                   "common/unit", "common/ops"],
    "common/recipe": ["common/base", "common/tensor", "common/recipe"],
    "coordinator/plan": ["common", "coordinator/plan"],
    "coordinator/schedule": ["common/base", "common/unit",
                             "coordinator/schedule"],
    "coordinator/store": ["common/base", "common/unit", "coordinator/schedule",
                          "coordinator/store"],
    "coordinator/dispatch": ["common", "coordinator/plan",
                             "coordinator/schedule", "coordinator/store",
                             "coordinator/dispatch", "decant/v1"],
    "coordinator/api": ["common/base", "coordinator/dispatch",
                        "coordinator/api", "decant/v1"],
    "coordinator/web": ["common/base", "coordinator/dispatch",
                        "coordinator/web"],
    "coordinator": ["common", "coordinator", "decant/v1"],
    "worker/frames": ["common/base", "common/unit", "worker/frames"],
    "worker/daemon": ["common", "worker/frames", "worker/daemon", "decant/v1"],
    # torch_status.h: where exceptions of libtorch become a Status.
    "worker/runner": ["common", "worker/frames", "worker/ops", "worker/runner",
                      "worker/math/torch_status.h"],
    "worker/io": ["common", "worker/math", "worker/io"],
    "worker/math": ["common/base", "worker/math"],
    "worker/ops": ["common", "worker/io", "worker/math", "worker/ops"],
    "cli": ["common", "cli", "decant/v1"],
}

# Third-party header (regex) -> the only folders that may see it.
ONLY_IN = [
    (r"sqlite3\.h", ["coordinator/store"]),
    (r"(torch|ATen|c10)/", ["worker/runner", "worker/ops", "worker/math",
                            "worker/io", "worker/models", "worker/collective"]),
    (r"(grpc|grpcpp)/", ["coordinator/api", "coordinator/main.cc",
                         "worker/daemon", "cli"]),
    (r"google/protobuf/", ["coordinator/api", "coordinator/dispatch",
                           "worker/daemon", "cli"]),
    (r"prometheus/|CivetServer", ["coordinator/web", "coordinator/main.cc"]),
    (r"yaml-cpp/", ["common/recipe"]),
    (r"CLI/", ["cli", "coordinator/main.cc", "worker/daemon",
               "worker/runner"]),
]

# coordinator/plan and coordinator/schedule are pure: time is an argument, and
# nothing is read or locked.
PURE = ["coordinator/plan", "coordinator/schedule"]
IMPURE = re.compile(
    r'#include "common/base/(clock|files|log)\.h"|#include <(mutex|thread|'
    r"fstream|filesystem|atomic|condition_variable|unistd\.h|sys/)|absl::Now\(|"
    r"std::chrono::|\btime\(nullptr\)|std::rand|absl::Mutex")

BAD_NAME = re.compile(r"(^|_)(utils?|helpers?|common|misc|stuff)(_test)?\."
                      r"(h|cc|py|sh)$")
BAD_WORDS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
# Sources without a test of their own, each with the reason.
NO_TEST = {
    "coordinator/main.cc": "a program: run by tests/e2e",
    "worker/daemon/main.cc": "a program: run by tests/e2e",
    "worker/runner/main.cc": "a program: run by tests/e2e",
    "cli/main.cc": "a program: run by tests/e2e",
    "cli/builtin_verbs.cc": "the list of verbs: tests/cli/command_line_test",
    "cli/follow.cc": "needs a coordinator: tests/e2e",
    "cli/private_workers.cc": "starts processes: tests/e2e",
    "cli/session.cc": "starts a coordinator: tests/e2e",
    "cli/unit_verbs.cc": "needs a coordinator: tests/e2e/verbs_test.py",
    "cli/version_verb.cc": "prints two lines: tests/e2e/verbs_test.py",
    "cli/worker_verbs.cc": "needs a coordinator: tests/e2e/verbs_test.py",
    "coordinator/api/quiet_grpc.cc": "one call into gRPC's logging",
}


def tracked_files() -> list[str]:
    out = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(f for f in out.splitlines() if (ROOT / f).is_file())


def sources(files: list[str]) -> list[str]:
    return [f for f in files
            if f.startswith(tuple(d + "/" for d in SOURCE_DIRS))
            and f.endswith((".cc", ".h"))]


def within(path: str, folders: list[str]) -> bool:
    return any(path == f or path.startswith(f + "/") for f in folders)


def allowed_for(path: str) -> list[str] | None:
    best = max((k for k in MAY_INCLUDE if within(path, [k])), key=len,
               default=None)
    return None if best is None else MAY_INCLUDE[best]


def check_includes(files: list[str]) -> list[str]:
    offences = []
    for path in sources(files):
        allowed = allowed_for(path)
        if allowed is None:
            offences.append(f"{path}: its folder is not in MAY_INCLUDE")
            continue
        for number, line in enumerate((ROOT / path).read_text().splitlines(),
                                      1):
            match = re.match(r'#include ["<]([^">]+)[">]', line)
            if not match:
                continue
            header = match.group(1)
            ours = header.startswith(("common/", "coordinator/", "worker/",
                                      "cli/", "decant/v1/", "tests/"))
            if ours and not within(header, allowed):
                offences.append(f"{path}:{number}: may not include {header}")
            for pattern, folders in ONLY_IN:
                if (not ours and re.match(pattern, header)
                        and not within(path, folders)):
                    offences.append(
                        f"{path}:{number}: {header} belongs to "
                        f"{', '.join(folders)} alone")
    return offences


def check_purity(files: list[str]) -> list[str]:
    offences = []
    for path in sources(files):
        if not within(path, PURE):
            continue
        for number, line in enumerate((ROOT / path).read_text().splitlines(),
                                      1):
            if IMPURE.search(line.split("//")[0]):
                offences.append(f"{path}:{number}: not pure: {line.strip()}")
    return offences


def function_lengths(text: str):
    """Yields (first line, length) of each top-level function body."""
    lines = text.splitlines()
    start = None
    depth_open = 0
    for number, line in enumerate(lines, 1):
        if start is None:
            # Google style: a body opens at the end of a line that starts in
            # column 0 (or closes a parameter list) and ends with "}" there.
            if line.endswith("{") and not re.match(
                    r"\s*(//|(namespace|class|struct|enum|union|extern)\b)",
                    line):
                indent = len(line) - len(line.lstrip())
                if "(" in line or ")" in line:
                    begin = number
                    while (begin > 1 and lines[begin - 2].strip()
                           and not lines[begin - 2].rstrip().endswith(
                               (";", "}", "{", ":"))
                           and not lines[begin - 2].lstrip().startswith(
                               ("//", "#"))):
                        begin -= 1
                    indent = (len(lines[begin - 1])
                              - len(lines[begin - 1].lstrip()))
                    start, depth_open = begin, indent
        elif line.startswith(" " * depth_open + "}") and not line.startswith(
                " " * (depth_open + 1)):
            yield start, number - start + 1
            start = None


def check_sizes(files: list[str]) -> list[str]:
    offences = []
    for path in files:
        is_cpp = path.endswith((".cc", ".h")) and path.startswith(
            tuple(d + "/" for d in SOURCE_DIRS) + ("tests/",))
        is_script = path.endswith((".py", ".sh"))
        if not (is_cpp or is_script):
            continue
        text = (ROOT / path).read_text()
        count = text.count("\n")
        limit = MAX_SCRIPT_LINES if is_script else (
            MAX_HEADER_LINES if path.endswith(".h") else MAX_SOURCE_LINES)
        if count > limit:
            offences.append(f"{path}: {count} lines, above {limit}: split it "
                            "by idea")
        if is_cpp:
            longest = (MAX_TEST_LINES if path.startswith("tests/")
                       else MAX_FUNCTION_LINES)
            for line, length in function_lengths(text):
                if length > longest:
                    offences.append(f"{path}:{line}: function of {length} "
                                    f"lines, above {longest}")
    return offences


def check_names(files: list[str]) -> list[str]:
    offences = []
    for path in files:
        name = path.rsplit("/", 1)[-1]
        if BAD_NAME.search(name):
            offences.append(f"{path}: a name that hides what is inside")
        if path.endswith((".cc", ".h", ".py", ".sh", ".cmake", ".proto",
                          ".yaml")) and path != "tests/tidy_test.py":
            for number, line in enumerate(
                    (ROOT / path).read_text().splitlines(), 1):
                if BAD_WORDS.search(line):
                    offences.append(f"{path}:{number}: {line.strip()}")
    return offences


def check_guards(files: list[str]) -> list[str]:
    offences = []
    for path in files:
        if not path.endswith(".h"):
            continue
        guard = "DECANT_" + re.sub(r"[^A-Za-z0-9]", "_", path).upper() + "_"
        if f"#ifndef {guard}\n#define {guard}\n" not in (ROOT /
                                                         path).read_text():
            offences.append(f"{path}: include guard is not {guard}")
    return offences


def check_tests(files: list[str]) -> list[str]:
    known = set(files)
    offences = []
    for path in sources(files):
        if not path.endswith(".cc") or path in NO_TEST:
            continue
        test = "tests/" + path[:-3] + "_test.cc"
        if test not in known:
            offences.append(f"{path}: no {test}")
    for path in NO_TEST:
        if path not in known:
            offences.append(f"tests/tidy_test.py: NO_TEST names {path}, which "
                            "is gone")
    return offences


CHECKS = [check_includes, check_purity, check_sizes, check_names, check_guards,
          check_tests]


def test_tidy() -> None:
    files = tracked_files()
    offences = [o for check in CHECKS for o in check(files)]
    assert not offences, "\n" + "\n".join(offences)


def test_checks_find_what_they_are_for() -> None:
    assert within("common/base/x.h", ["common/base"])
    assert not within("common/baseline/x.h", ["common/base"])
    assert BAD_NAME.search("string_utils.h")
    assert not BAD_NAME.search("commonality.h")
    long_function = "void F() {\n" + "  x();\n" * 80 + "}\n"
    assert list(function_lengths(long_function)) == [(1, 82)]
    assert IMPURE.search("absl::Time now = absl::Now();")


if __name__ == "__main__":
    found = [o for check in CHECKS for o in check(tracked_files())]
    print("\n".join(found) if found else "tidy: nothing to complain about")
    sys.exit(1 if found else 0)
