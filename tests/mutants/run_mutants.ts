/** A mistake that somebody could make in the source, and the test that has to notice it. */
export interface Mutant {
  /** The rows of the README that it breaks: threats by name, requirements of ASVS by number. */
  readonly claims: readonly string[];
  /** The mistake in words, as in "half of the secret is compared". */
  readonly mistake: string;
  /** The file that it is made in. */
  readonly file: string;
  /** The text that is replaced; it stands in the file exactly once. */
  readonly from: string;
  /** The text in its place. */
  readonly to: string;
  /** The file of the test that has to fail. */
  readonly testIn: string;
  /** The whole name of that test. */
  readonly test: string;
}

/** Where mutants are run. */
export interface MutantOptions {
  /** The folder of the project, which stays as it is. */
  readonly project: string;
  /** A folder for copies of the project; it is emptied first and removed in the end. */
  readonly copies: string;
  /** How many mutants run at the same time. Default: one a core. */
  readonly jobs?: number;
  /** Milliseconds after which a test that still runs is ended: it noticed. Default: 60,000. */
  readonly limit?: number;
  /** Called with each outcome and a line about it. Default: nobody is told. */
  readonly report?: (outcome: keyof Tally, line: string) => void;
}

/** How many mutants were killed, how many survived, and how many could not be tried. */
export interface Tally {
  killed: number;
  survived: number;
  untried: number;
}

/** A test file, and the names of some of its tests. */
interface Tests {
  readonly file: string;
  readonly names: readonly string[];
}

const LIMIT = 60_000;

/**
 * Makes one mistake at a time in a copy of the project, and runs the test that has to notice it.
 * Every test is run once without a mistake first: what fails anyway notices nothing.
 */
export async function runMutants(
  mutants: readonly Mutant[],
  options: MutantOptions,
): Promise<Tally> {
  const { project, copies, jobs = navigator.hardwareConcurrency, report = () => {} } = options;
  const tally: Tally = { killed: 0, survived: 0, untried: 0 };
  let count = 0;
  const note = (mutant: Mutant, outcome: keyof Tally, reason: string): void => {
    tally[outcome]++;
    const { claims, mistake, file, testIn, test } = mutant;
    const place = outcome === "killed" ? file : `${file}; ${testIn}: ${test}`;
    const what = `${reason}: ${mistake} (${claims.join(", ")}; ${place})`;
    report(outcome, `${++count}/${mutants.length} ${what}`);
  };
  const folders = Array.from({ length: jobs }, (_, job) => `${copies}/${job}`);
  await removed(copies);
  try {
    for (const folder of folders) await copy(project, folder);
    const passing = await passingTests(mutants, folders, options);
    await share(mutants, folders, async (mutant, folder) => {
      const { file, from, to, testIn, test } = mutant;
      if (!passing.has(`${testIn}: ${test}`)) {
        return note(mutant, "untried", "No such test passes without the mistake");
      }
      const path = `${folder}/${file}`;
      const text = await Deno.readTextFile(path).catch(() => "");
      const found = text.split(from).length - 1;
      if (found !== 1) return note(mutant, "untried", `The text to replace stands ${found} times`);
      await Deno.writeTextFile(path, text.replace(from, () => to));
      const result = await runTests({ file: testIn, names: [test] }, folder, options);
      await Deno.writeTextFile(path, text);
      if (result.ended) note(mutant, "killed", "Killed after its time");
      else if (/ReferenceError: \S+ is not defined/.test(result.text)) {
        note(mutant, "untried", "The mistake names what is not there");
      } else if (/^not ok /m.test(result.text)) note(mutant, "killed", "Killed");
      else if (result.success) note(mutant, "survived", "SURVIVED");
      else note(mutant, "untried", "The mistake breaks the whole program");
    });
  } finally {
    await removed(copies);
  }
  return tally;
}

/** Returns the tests that pass as the project is, each as `file: name`. */
async function passingTests(
  mutants: readonly Mutant[],
  folders: readonly string[],
  options: MutantOptions,
): Promise<ReadonlySet<string>> {
  const passing = new Set<string>();
  const files = Map.groupBy(mutants, ({ testIn }) => testIn);
  await share([...files], folders, async ([file, those], folder) => {
    const names = [...new Set(those.map(({ test }) => test))];
    const { text } = await runTests({ file, names }, folder, { ...options, limit: 10 * LIMIT });
    for (const [, name = ""] of text.matchAll(/^ok \d+ - (.*)$/gm)) {
      passing.add(`${file}: ${name.replace(/\\([\\#])/g, "$1")}`);
    }
  });
  return passing;
}

/** Runs some tests in a copy of the project, with a fixed seed: chance must not decide. */
async function runTests({ file, names }: Tests, folder: string, { limit = LIMIT }: MutantOptions) {
  const anyOf = names.map((name) => name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join("|");
  const permissions = ["-P=test", `--allow-run=redis-server,${Deno.execPath()}`];
  const flags = ["--no-check", "--reporter=tap", "--v8-flags=--max-old-space-size=1024"];
  const { success, signal, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["test", ...permissions, ...flags, `--filter=/^(?:${anyOf})$/`, file],
    cwd: folder,
    env: { FC_SEED: "1" },
    stdin: "null",
    stderr: "null",
    signal: AbortSignal.timeout(limit),
  }).output();
  return { success, ended: signal !== null, text: new TextDecoder().decode(stdout) };
}

/** Shares tasks among folders, one task at a time in each. */
async function share<Task>(
  tasks: readonly Task[],
  folders: readonly string[],
  run: (task: Task, folder: string) => Promise<void>,
): Promise<void> {
  const queue = tasks.values();
  await Promise.all(folders.map(async (folder) => {
    for (const task of queue) await run(task, folder);
  }));
}

/** Copies what a project consists of: all but what tasks and programs leave behind. */
async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (name === ".tmp") await Deno.mkdir(`${to}/${name}`);
    else if (name.startsWith(".") || name === "node_modules" || name === "coverage") continue;
    else if (isDirectory) await copy(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

async function removed(folder: string): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
