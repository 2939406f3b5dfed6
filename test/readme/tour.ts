/*
 * The README's tour as something that can be run. In its ```console blocks a line "$ …" is a
 * command, lines "> …" behind it go on with it, and what follows is its output; ```json blocks are
 * lines of the server's log. "…" stands for anything within a line.
 */

export interface Step {
  readonly command: string;
  readonly output: string;
}

export interface Tour {
  readonly steps: readonly Step[];
  readonly logLines: readonly string[];
}

const heading = "## A tour of five minutes\n";

/** @throws Error when the README has no tour. */
export function tourOf(readme: string): Tour {
  const start = readme.indexOf(heading);
  if (start < 0) throw new Error("the README has no tour");
  const from = readme.slice(start + heading.length);
  const section = from.slice(0, from.indexOf("\n## "));
  const blocks = (kind: string): string[] => {
    const found = section.matchAll(new RegExp(`^\`\`\`${kind}\\n(.*?)^\`\`\`$`, "gms"));
    return [...found].map((match) => match[1] ?? "");
  };
  return {
    steps: blocks("console").flatMap(stepsOf),
    logLines: blocks("json").flatMap((block) => block.trimEnd().split("\n")),
  };
}

function stepsOf(block: string): Step[] {
  const steps: { command: string; output: string }[] = [];
  for (const line of block.trimEnd().split("\n")) {
    const last = steps.at(-1);
    if (line.startsWith("$ ")) steps.push({ command: line.slice(2), output: "" });
    else if (!last) throw new Error(`a block of the tour begins with output: ${line}`);
    else if (/^>( |$)/.test(line) && last.output === "") last.command += `\n${line.slice(2)}`;
    else last.output += `${line}\n`;
  }
  return steps.map(({ command, output }) => ({ command, output: output.trimEnd() }));
}

/** A pattern for the whole of a text with "…" in it. */
export function patternOf(text: string): RegExp {
  return new RegExp(`^${linePattern(text)}$`);
}

/** The same for one line anywhere in a text. */
export function patternOfLine(text: string): RegExp {
  return new RegExp(`^${linePattern(text)}$`, "m");
}

function linePattern(text: string): string {
  return text.split("…").map(RegExp.escape).join("[^\\n]*");
}
