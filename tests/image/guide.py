"""What DEPLOY.md tells to type for plain Docker, understood as Docker would."""

import re
import shlex

from contents import check

WITH_VALUE = {"--name", "--restart", "--stop-timeout", "--cap-drop", "--security-opt", "--memory", "--pids-limit", "--env-file", "-e", "-v", "-p"}
WITHOUT = {"-d", "--read-only"}


def commands(guide):
    """The commands, as lists of words, of the block with the `docker run` in it."""
    blocks = re.findall(r"^```sh\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    blocks = [block for block in blocks if re.search(r"^docker run ", block, re.MULTILINE)]
    check(len(blocks) == 1, f"the guide has {len(blocks)} blocks with docker run")
    return [shlex.split(line) for line in blocks[0].replace("\\\n", " ").splitlines() if line]


def options(command):
    """The options of a `docker run` as (name, value), and the image's name."""
    words, found = command[2:], []
    while words and words[0].startswith("-"):
        name = words.pop(0)
        check(name in WITH_VALUE | WITHOUT, f"the guide's docker run has {name}, which this test does not know")
        found.append((name, words.pop(0) if name in WITH_VALUE else None))
    check(len(words) == 1, f"the guide's docker run ends with {words}")
    return found, words[0]


def environment(text):
    """A file as `--env-file` reads it: whatever stands behind the `=`, quotes too."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)
