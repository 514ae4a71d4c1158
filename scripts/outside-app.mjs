// Packs every plugin, makes a new Backstage app outside this workspace, installs the plugins there by following the README's
// section "Install it in your Backstage" word for word, and looks whether they work. `node scripts/outside-app.mjs [--dir DIR]`
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Progress, SetUpError, fail, root, run, setUp } from './toolchain.mjs';

/** The newest that makes an app of Backstage 1.55. */
const createApp = '@backstage/create-app@0.9.2';
/** Where the portal outside listens. */
const port = 7117;

const { values: options } = parseArgs({ options: { dir: { type: 'string' } } });
const started = [];

async function packageFolders() {
  const folders = [];
  for (const name of await readdir(path.join(root, 'plugins'))) {
    const folder = path.join(root, 'plugins', name);
    const manifest = path.join(folder, 'package.json');
    if (existsSync(manifest)) {
      const { name: id } = JSON.parse(await readFile(manifest, 'utf8'));
      folders.push({ id, folder });
    }
  }
  return folders;
}

/** A registry that has our packages and nothing else: only their scope is asked of it. */
async function startRegistry(packed) {
  const server = createServer(async (request, answer) => {
    const url = new URL(request.url, `http://${request.headers.host}`);
    const wanted = decodeURIComponent(url.pathname.slice(1));
    const tarball = packed.find(({ file }) => `-/${file}` === wanted);
    if (tarball) {
      answer.end(await readFile(tarball.path));
      return;
    }
    const found = packed.find(({ manifest }) => manifest.name === wanted);
    answer.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    if (!found) {
      answer.end('{}');
      return;
    }
    const { name, version } = found.manifest;
    answer.end(
      JSON.stringify({
        name,
        'dist-tags': { latest: version },
        versions: {
          [version]: {
            ...found.manifest,
            dist: { tarball: `${url.origin}/-/${found.file}` },
          },
        },
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  started.push(async () => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

/** Runs what asks a registry; once more if that fails, since registries have bad moments. */
async function runWithRegistry(...command) {
  try {
    await run(...command);
  } catch {
    await run(...command);
  }
}

/** What the README tells to do, step by step: the fenced blocks of its section, by language. */
async function readmeBlocks() {
  const readme = await readFile(path.join(root, 'README.md'), 'utf8');
  const from = readme.indexOf('## Install it in your Backstage');
  const to = readme.indexOf('\n## ', from + 1);
  if (from < 0 || to < 0)
    throw new Error('The README has no section "Install it in your Backstage"');
  return [
    ...readme.slice(from, to).matchAll(/^ *```(\w+)\n([\s\S]*?)^ *```$/gm),
  ].map(([, language, text]) => {
    const lines = text.split('\n');
    const indent = /^ */.exec(lines[0])[0].length;
    return { language, text: lines.map(line => line.slice(indent)).join('\n') };
  });
}

/** Adds the statements of a block before the backend starts, but for those that are there. */
function withStatements(source, block) {
  const statements = block
    .split(/(?<=;)(?: *\/\/.*)?\n/)
    .map(text => text.replace(/^\/\/.*\n/, '').trim())
    .filter(text => text !== '');
  const packageOf = text => /import\(\s*'([^']+)'/.exec(text)?.[1];
  const added = statements.filter(
    text => !source.includes(`'${packageOf(text)}'`),
  );
  return source.replace(
    'backend.start();',
    `${added.join('\n')}\n\nbackend.start();`,
  );
}

function startProcess(command, args, { env, cwd, onLine }) {
  const child = spawn(command, args, {
    cwd,
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', onLine);
  }
  started.push(async () => {
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch {
      // it has ended already
    }
    await ended;
  });
  return child;
}

async function startDemo(dir, env) {
  const lines = [];
  return new Promise((resolve, reject) => {
    const child = startProcess(
      'node',
      [
        '--require',
        path.join(
          root,
          'node_modules/@backstage/cli-node/config/nodeTransform.cjs',
        ),
        'packages/demo/src/main.ts',
        '--dir',
        dir,
        '--portal-port',
        `${port}`,
      ],
      {
        cwd: root,
        env,
        onLine: line => {
          lines.push(line);
          if (!line.startsWith('{')) return;
          const message = JSON.parse(line);
          if (message.ready) resolve(message.ready);
        },
      },
    );
    child.once('exit', () => reject(new Error(lines.join('\n'))));
  });
}

/** Asks again until it is so; rejects with what it was last. */
async function until(what, seconds, ask) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    let last;
    try {
      const answer = await ask();
      if (answer) return answer;
      last = 'it is not so';
    } catch (error) {
      last = error.message;
    }
    if (Date.now() > deadline) throw new Error(`${what}: ${last}`);
    await new Promise(resolve => {
      setTimeout(resolve, 500);
    });
  }
}

async function main() {
  const progress = new Progress(8);
  const env = await setUp(progress);
  // In a fresh clone they are there only now.
  const { parse, stringify } = await import('yaml');
  const { chromium } = await import('@playwright/test');
  const dir =
    options.dir ?? (await mkdtemp(path.join(tmpdir(), 'kmetal-outside-')));
  await mkdir(dir, { recursive: true });
  if (!options.dir) {
    started.push(() => rm(dir, { recursive: true, force: true }));
  }
  const log = name => path.join(dir, `${name}.log`);
  const remedy = 'read the end of the log.';

  progress.step('Packages as they are published');
  const packages = await packageFolders();
  await run('tsc', [], { env, log: log('tsc'), what: 'Type check', remedy });
  const packed = [];
  for (const { id, folder } of packages) {
    progress.note(id);
    await run('backstage-cli', ['package', 'build'], {
      cwd: folder,
      env,
      log: log('build'),
      what: `Building ${id}`,
      remedy,
    });
    const file = `${path.basename(folder)}.tgz`;
    await run(
      'node',
      [
        path.join(root, '.yarn/releases/yarn-4.13.0.cjs'),
        'pack',
        '--out',
        path.join(dir, file),
      ],
      { cwd: folder, env, log: log('pack'), what: `Packing ${id}`, remedy },
    );
    await run('tar', ['-xzf', path.join(dir, file), '-C', dir], {
      env,
      log: log('unpack'),
      what: `Unpacking ${id}`,
      remedy,
    });
    const manifest = JSON.parse(
      await readFile(path.join(dir, 'package/package.json'), 'utf8'),
    );
    await rm(path.join(dir, 'package'), { recursive: true });
    packed.push({ file, path: path.join(dir, file), manifest });
  }

  progress.step('A new Backstage app');
  const bin = path.join(dir, 'bin');
  await mkdir(bin, { recursive: true });
  await writeFile(
    path.join(bin, 'yarn'),
    `#!/bin/sh\nexec node ${path.join(
      root,
      '.yarn/releases/yarn-4.13.0.cjs',
    )} "$@"\n`,
  );
  await chmod(path.join(bin, 'yarn'), 0o755);
  const outside = {
    ...env,
    PATH: [
      bin,
      ...env.PATH.split(path.delimiter).filter(
        folder => folder !== path.join(root, 'node_modules/.bin'),
      ),
    ].join(path.delimiter),
  };
  const app = path.join(dir, 'app');
  await rm(app, { recursive: true, force: true });
  await run(
    'sh',
    [
      '-c',
      `echo outside | npx --yes ${createApp} --path ${app} --skip-install`,
    ],
    {
      cwd: dir,
      env: outside,
      log: log('create-app'),
      what: 'create-app',
      remedy,
    },
  );
  const registry = await startRegistry(packed);
  const yarnrc = path.join(app, '.yarnrc.yml');
  await writeFile(
    yarnrc,
    stringify({
      ...parse(await readFile(yarnrc, 'utf8')),
      npmMinimalAgeGate: 0,
      enableTelemetry: false,
      enableImmutableInstalls: false,
      // else Yarn asks a search service, which not every machine reaches, for types
      tsEnableAutoTypes: false,
      unsafeHttpWhitelist: ['127.0.0.1'],
      npmScopes: { kmetal: { npmRegistryServer: registry } },
    }),
  );
  // Versions of others that can be installed everywhere, as in this workspace.
  const { resolutions } = JSON.parse(
    await readFile(path.join(root, 'package.json'), 'utf8'),
  );
  const manifestFile = path.join(app, 'package.json');
  const manifest = JSON.parse(await readFile(manifestFile, 'utf8'));
  await writeFile(
    manifestFile,
    JSON.stringify({
      ...manifest,
      resolutions: { ...manifest.resolutions, ...resolutions },
    }),
  );

  // As create-app does with a seed of its own, where it can: versions that are known to go together.
  await copyFile(path.join(root, 'yarn.lock'), path.join(app, 'yarn.lock'));

  progress.step('The README, word for word');
  let configuration = {};
  for (const { language, text } of await readmeBlocks()) {
    if (language === 'sh' && text.includes('kubectl')) continue; // the demo's under clusters have had their reader applied
    if (language === 'sh') {
      progress.note(text.trim().split('\n')[0].slice(0, 60));
      await runWithRegistry('sh', ['-ec', text], {
        cwd: app,
        env: outside,
        log: log('readme'),
        what: `"${text.trim()}"`,
        remedy,
      });
    } else if (language === 'ts') {
      const file = path.join(
        app,
        /^\/\/ (\S+)$/m.exec(text.split('\n')[0])?.[1] ?? '',
      );
      await writeFile(file, withStatements(await readFile(file, 'utf8'), text));
    } else if (language === 'yaml') {
      configuration = { ...configuration, ...parse(text) };
    } else {
      throw new Error(
        `The README has a block of ${language}, which nobody follows here`,
      );
    }
  }

  progress.step('Types and pages of the app');
  await run('yarn', ['tsc'], {
    cwd: app,
    env: outside,
    log: log('app-tsc'),
    what: "The app's type check",
    remedy,
  });
  await run('yarn', ['workspace', 'app', 'build'], {
    cwd: app,
    env: outside,
    log: log('app-build'),
    what: "The app's build",
    remedy,
  });

  progress.step('The app on the demo');
  const demo = await startDemo(path.join(dir, 'demo'), env);
  const demoConfig = parse(
    await readFile(path.join(dir, 'demo/app-config.yaml'), 'utf8'),
  );
  // The README's own configuration, with the addresses of the demo in it.
  const { tenantStorage, catalog } = configuration;
  const local = {
    app: { baseUrl: `http://localhost:${port}` },
    backend: {
      baseUrl: `http://localhost:${port}`,
      listen: { host: '127.0.0.1', port },
      database: { client: 'better-sqlite3', connection: ':memory:' },
      csp: { 'upgrade-insecure-requests': false },
    },
    integrations: demoConfig.integrations,
    tenantStorage: {
      ...tenantStorage,
      underClusters: tenantStorage.underClusters.map(cluster => {
        const own = demoConfig.tenantStorage.underClusters.find(
          ({ name }) => name === cluster.name,
        );
        return {
          ...cluster,
          url: own.url,
          caFile: own.caFile,
          tokenFile: own.tokenFile,
        };
      }),
      gitOps: {
        ...tenantStorage.gitOps,
        repositories: tenantStorage.gitOps.repositories.map(repository => ({
          ...repository,
          url: `${demo.gitHostUrl}/kmetal/fleet`,
        })),
      },
    },
    catalog: {
      providers: demoConfig.catalog.providers,
      locations: catalog.locations.map(location => ({
        ...location,
        type: 'file',
        target: path.join(
          root,
          new URL(location.target).pathname.split('/blob/main/')[1],
        ),
      })),
    },
  };
  const localFile = path.join(dir, 'app-config.local.yaml');
  await writeFile(localFile, stringify(local), { mode: 0o600 });
  const said = [];
  startProcess(
    'yarn',
    [
      'workspace',
      'backend',
      'start',
      '--config',
      path.join(app, 'app-config.yaml'),
      '--config',
      localFile,
    ],
    {
      cwd: app,
      env: outside,
      onLine: line => {
        if (!line.includes('incomingRequest')) said.push(line);
      },
    },
  );
  const base = `http://localhost:${port}`;
  const json = async (url, headers) => {
    const response = await fetch(`${base}${url}`, {
      headers,
      signal: AbortSignal.timeout(5_000),
    });
    if (!response.ok) throw new Error(`${url} answers ${response.status}`);
    return response.json();
  };
  try {
    await until('the backend is ready', 120, () =>
      json('/.backstage/health/v1/readiness'),
    );
    const guest = await until('a guest signs in', 30, () =>
      json('/api/auth/guest/refresh', { 'x-requested-with': 'XMLHttpRequest' }),
    );
    const headers = {
      authorization: `Bearer ${guest.backstageIdentity.token}`,
    };
    const tenants = await until('tenants are seen', 30, async () => {
      const { total } = await json('/api/tenant-storage/v1/tenants', headers);
      return total > 0 && total;
    });
    progress.note(`${tenants} tenants`);
    await until('tenants are in the catalog', 60, () =>
      json(
        '/api/catalog/entities/by-name/resource/default/muc-1.alpha',
        headers,
      ),
    );
    await until('the template is in the catalog', 60, () =>
      json(
        '/api/catalog/entities/by-name/template/default/request-more-storage',
        headers,
      ),
    );
    const actions = await json('/api/scaffolder/v2/actions', headers);
    if (!actions.some(({ id }) => id === 'kmetal:storage:quota')) {
      throw new Error('The scaffolder does not have kmetal:storage:quota');
    }

    progress.step('Its pages in Chromium');
    const executablePath = [
      process.env.CHROMIUM,
      '/usr/bin/chromium',
      '/usr/bin/google-chrome',
    ].find(file => file && existsSync(file));
    if (!executablePath) {
      progress.note('there is no Chromium (CHROMIUM may name one): left out');
      return;
    }
    const browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox'],
    });
    started.push(() => browser.close());
    const page = await browser.newPage();
    await page.goto(`${base}/catalog/default/resource/muc-1.alpha/storage`);
    await page.getByRole('button', { name: 'Enter' }).click();
    await page.getByText('Request more storage').first().click();
    await page.getByText('Largest new volume').first().waitFor();
  } catch (error) {
    throw new SetUpError(
      `${error.message}\n\nThe portal said last:\n${said
        .slice(-30)
        .join('\n')}`,
    );
  }
}

let failure;
try {
  await main();
} catch (error) {
  failure = error;
  // The folder with the logs goes; what was said last stays.
  const file = /The whole output is in (\S+\.log)\./.exec(error.message)?.[1];
  if (file)
    failure.log = await readFile(path.resolve(root, file), 'utf8').catch(
      () => undefined,
    );
}
for (const stop of started.reverse()) await stop();
if (failure?.log) {
  const lines = failure.log.split('\n').slice(-40);
  process.stderr.write(`${lines.map(line => line.slice(0, 400)).join('\n')}\n`);
}
if (failure) fail(failure);
process.stdout.write('The plugins work in an app outside this workspace.\n');
process.exit(0);
