// Brings a fresh clone to where everything runs: the right Node, the dependencies. Runs on Node 20 and later, with nothing installed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import {
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { lock } from './lock.mjs';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const toolchain = path.join(root, '.toolchain');
const nodeVersion = '24.21.0';

/** Trouble that its reader can do something about: one line, no stack. */
export class SetUpError extends Error {}

/** Prints numbered steps, and what goes on within them. */
export class Progress {
  #steps;
  #number = 0;
  #startedAt = Date.now();
  #stepStartedAt = 0;
  #out;

  constructor(steps, out = process.stdout) {
    this.#steps = steps;
    this.#out = out;
  }

  step(title) {
    this.#number += 1;
    this.#stepStartedAt = Date.now();
    this.#out.write(`[${this.#number}/${this.#steps}] ${title}\n`);
  }

  note(text) {
    this.#out.write(
      `      ${text} (${seconds(Date.now() - this.#stepStartedAt)})\n`,
    );
  }

  total() {
    return seconds(Date.now() - this.#startedAt);
  }
}

function seconds(milliseconds) {
  return `${Math.round(milliseconds / 1000)} s`;
}

/** A hash of files and of all files below folders; what isn't there counts as empty. */
export async function fingerprint(paths, extra = '') {
  const hash = createHash('sha256').update(extra);
  async function add(file) {
    let entries;
    try {
      entries = await readdir(file, { withFileTypes: true });
    } catch {
      hash.update(`\0${path.relative(root, file)}\0`);
      if (existsSync(file)) hash.update(await readFile(file));
      return;
    }
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (!['node_modules', 'dist', 'dist-types'].includes(entry.name)) {
        await add(path.join(file, entry.name));
      }
    }
  }
  for (const file of paths) await add(path.join(root, file));
  return hash.digest('hex');
}

/** Does the work only if what it depends on has changed since it was last done. */
export async function unlessDone(name, wanted, done, work) {
  const stamp = path.join(toolchain, `${name}.stamp`);
  const last = await readFile(stamp, 'utf8').catch(() => '');
  if (last === wanted && done()) return false;
  await rm(stamp, { force: true });
  await work();
  await mkdir(toolchain, { recursive: true });
  await writeFile(`${stamp}.new`, wanted);
  await rename(`${stamp}.new`, stamp);
  return true;
}

/** Runs a command to its end, its output in a log file; `onLine` sees each line. */
export async function run(
  command,
  args,
  { log, onLine, what, remedy, ...options },
) {
  await mkdir(path.dirname(log), { recursive: true });
  const file = createWriteStream(log);
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  let pending = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', text => {
      file.write(text);
      pending += text;
      const lines = pending.split('\n');
      pending = lines.pop();
      for (const line of lines) onLine?.(line);
    });
  }
  const end = signal => () => {
    child.kill(signal);
  };
  const onInterrupt = end('SIGINT');
  const onTerminate = end('SIGTERM');
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  const code = await new Promise((resolve, reject) => {
    child.on('error', error =>
      reject(
        error.code === 'ENOENT'
          ? new SetUpError(
              `${what} failed, because there is no ${command} on the PATH: ${remedy}`,
            )
          : error,
      ),
    );
    child.on('close', (status, signal) => resolve(signal ?? status));
  }).finally(() => {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onTerminate);
    file.end();
  });
  if (code === 'SIGINT' || code === 'SIGTERM') process.exit(130);
  if (code !== 0) {
    throw new SetUpError(
      `${what} failed (${code}): ${remedy} The whole output is in ${path.relative(
        root,
        log,
      )}.`,
    );
  }
}

/** Does work that one process at a time may do in this clone; waits while another is at it. */
async function alone(progress, work) {
  await mkdir(toolchain, { recursive: true });
  let waitsFor;
  for (;;) {
    const taken = await lock(path.join(toolchain, 'lock'));
    if (taken.heldBy === undefined) {
      try {
        return await work();
      } finally {
        await taken.release();
      }
    }
    if (taken.heldBy !== waitsFor) {
      waitsFor = taken.heldBy;
      progress.note(`waiting for process ${waitsFor}, which is at it already`);
    }
    await new Promise(resolve => {
      setTimeout(resolve, 500);
    });
  }
}

/** The Node that Backstage 1.55 runs on (22 or 24): the one that runs this, or one of our own. */
async function findNode(progress) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major === 22 || major === 24) return path.dirname(process.execPath);
  const bin = path.join(
    toolchain,
    `node-${nodeVersion}`,
    'node_modules/node/node_modules',
    `node-${process.platform === 'win32' ? 'win' : process.platform}-${
      process.arch
    }`,
    'bin',
  );
  const executable = path.join(
    bin,
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (!existsSync(executable)) {
    progress.note(
      `this is Node ${process.versions.node}; getting ${nodeVersion}`,
    );
    const folder = path.join(toolchain, `node-${nodeVersion}`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'package.json'), '{"private":true}\n');
    await run(
      'npm',
      [
        'install',
        `node@${nodeVersion}`,
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
      ],
      {
        cwd: folder,
        log: path.join(toolchain, 'node.log'),
        what: `Installing Node ${nodeVersion}`,
        remedy:
          'install Node 22 or 24 yourself, or check that npm reaches its registry.',
      },
    );
    if (!existsSync(executable)) {
      throw new SetUpError(
        `There is no Node ${nodeVersion} for ${process.platform}-${process.arch} in npm: install Node 22 or 24 yourself and start again.`,
      );
    }
  }
  return bin;
}

/**
 * Makes sure that the right Node and the dependencies are there; returns the environment to run everything else in.
 * Two steps of progress.
 */
export function setUp(progress) {
  progress.step('Node');
  return alone(progress, () => install(progress));
}

async function install(progress) {
  const bin = await findNode(progress);
  const env = {
    ...process.env,
    PATH: [
      bin,
      path.join(root, 'node_modules/.bin'),
      process.env.PATH ?? '',
    ].join(path.delimiter),
  };
  // node-gyp otherwise fetches Node's headers from a site that isn't reachable everywhere
  const headers = path.join(path.dirname(bin), 'include/node/node.h');
  if (existsSync(headers)) env.npm_config_nodedir = path.dirname(bin);

  progress.step('Dependencies');
  const manifests = ['package.json', 'yarn.lock', '.yarnrc.yml'];
  for (const folder of ['packages', 'plugins']) {
    for (const name of await readdir(path.join(root, folder))) {
      manifests.push(`${folder}/${name}/package.json`);
    }
  }
  const wanted = await fingerprint(manifests, bin);
  await unlessDone(
    'dependencies',
    wanted,
    () => existsSync(path.join(root, 'node_modules/@backstage/cli')),
    () =>
      run(
        path.join(bin, 'node'),
        ['.yarn/releases/yarn-4.13.0.cjs', 'install', '--immutable'],
        {
          env,
          log: path.join(toolchain, 'dependencies.log'),
          onLine: line => {
            const step = /┌ (.*) step/.exec(line);
            if (step) {
              progress.note(
                {
                  Resolution: 'resolving',
                  Fetch: 'fetching some 2,000 packages, the longest part',
                  Link: 'unpacking and building',
                }[step[1]] ?? step[1].toLowerCase(),
              );
            }
          },
          what: 'Installing the dependencies',
          remedy:
            'check that the npm registry is reachable, that the disk has 3 GB free, and start again.',
        },
      ),
  );
  return env;
}

/** Builds the portal's pages unless they are there and fresh. One step of progress. */
export async function buildPages(progress, env) {
  progress.step("The portal's pages");
  await alone(progress, () => buildStalePages(progress, env));
}

async function buildStalePages(progress, env) {
  const wanted = await fingerprint(
    [
      'yarn.lock',
      'app-config.yaml',
      'packages/app',
      'plugins/tenant-storage',
      'plugins/tenant-storage-common',
    ],
    env.PATH.split(path.delimiter)[0],
  );
  await unlessDone(
    'pages',
    wanted,
    () => existsSync(path.join(root, 'packages/app/dist/index.html')),
    async () => {
      progress.note('building, about a minute');
      await run('backstage-cli', ['package', 'build'], {
        cwd: path.join(root, 'packages/app'),
        env,
        log: path.join(toolchain, 'pages.log'),
        what: "Building the portal's pages",
        remedy: 'read the end of the log.',
      });
    },
  );
}

/** Ends the process on trouble: a line for what can be mended, everything for what can't be foreseen. */
export function fail(error) {
  process.stderr.write(
    error instanceof SetUpError
      ? `\nerror: ${error.message}\n`
      : `\n${error?.stack ?? error}\n`,
  );
  process.exit(1);
}
