// `npm start`: a portal with two demo under clusters, from a fresh clone.
//
// In package.json, `npm_package_config_exec` lets npm's shell become this process. Otherwise a SIGINT or SIGTERM to npm alone ends at that
// shell. Only npm sets it; Yarn's shell knows no exec.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { lock } from './lock.mjs';
import { Progress, SetUpError, buildPages, root, setUp } from './toolchain.mjs';

const usage = `npm start -- [options]

  Starts a portal with two demo under clusters and a Git host to sign in with.

  --port N      the portal's port (default 7007)
  --real        real API servers instead of stand-ins; KUBEBUILDER_ASSETS names the folder with
                kube-apiserver, kube-controller-manager and etcd
  --dev         hot reload: the pages on port 3000, the backend on --port (also: yarn dev)
  --dir DIR     where the demo keeps its files (default .demo); it is emptied first
  --help        this

  Ctrl-C ends it. DIR/ready.json tells the addresses once it is ready; DIR/*.log what was going on.
`;

function parse() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '7007' },
        dir: { type: 'string', default: path.join(root, '.demo') },
        real: { type: 'boolean', default: false },
        dev: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(usage);
      process.exit(0);
    }
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port < 1 || port > 65535) {
      throw new Error(
        `--port takes a number from 1 to 65535, not "${values.port}"`,
      );
    }
    return { ...values, port, dir: path.resolve(values.dir) };
  } catch (error) {
    process.stderr.write(`error: ${error.message}\n\n${usage}`);
    return process.exit(2);
  }
}

async function refuseTakenPort(port, option) {
  await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', error =>
      reject(
        new SetUpError(
          error.code === 'EADDRINUSE'
            ? `Port ${port} is taken: end what listens there, or choose another with ${option}.`
            : `Port ${port} can't be used (${error.code}): choose another with ${option}.`,
        ),
      ),
    );
    server.listen(port, '127.0.0.1', () => server.close(resolve));
  });
}

const children = new Set();
let ending = false;
let readyFile;

function child(command, args, { log, ...options }) {
  const process_ = spawn(command, args, {
    cwd: root,
    stdio: ['pipe', 'pipe', 'pipe'],
    // a group of its own: Ctrl-C reaches us alone, and we end everything in order
    detached: true,
    ...options,
  });
  children.add(process_);
  process_.ended = new Promise(resolve => {
    process_.once('error', resolve);
    process_.once('exit', (code, signal) => resolve(signal ?? code));
  }).finally(() => {
    children.delete(process_);
    // what it should have ended itself, if it was killed
    signalGroup(process_, 'SIGKILL');
  });
  return process_;
}

function signalGroup(process_, signal) {
  try {
    process.kill(-process_.pid, signal);
  } catch {
    // it has ended already
  }
}

async function end(code) {
  if (ending) return;
  ending = true;
  const left = [...children];
  for (const process_ of left) signalGroup(process_, 'SIGTERM');
  const deadline = new Promise(resolve => {
    setTimeout(resolve, 8_000).unref();
  });
  await Promise.race([Promise.all(left.map(c => c.ended)), deadline]);
  for (const process_ of left) signalGroup(process_, 'SIGKILL');
  if (readyFile) await rm(readyFile, { force: true });
  process.exit(code);
}

/** Lets this script, and nobody who doesn't have the token, ask the portal whether its catalog is filled. */
function accessWith(token) {
  return {
    type: 'static',
    options: { token, subject: 'npm-start' },
    accessRestrictions: [
      { plugin: 'catalog', permission: 'catalog.entity.read' },
      { plugin: 'tenant-storage', permission: 'tenant-storage.tenant.read' },
    ],
  };
}

/** The pages are there, the backend is up, and every tenant that it sees and the form to ask for more are in the catalog. */
async function isReady(backendUrl, portalUrl, token) {
  const get = async (url, headers) => {
    const response = await fetch(url, {
      headers,
      signal: AbortSignal.timeout(5_000),
    });
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    return response;
  };
  const ask = async apiPath => {
    const headers = { authorization: `Bearer ${token}` };
    return (await get(`${backendUrl}/api/${apiPath}`, headers)).json();
  };
  try {
    await get(`${backendUrl}/.backstage/health/v1/readiness`);
    await get(portalUrl);
    const { total } = await ask('tenant-storage/v1/tenants?limit=1');
    const { totalItems } = await ask(
      'catalog/entities/by-query?limit=1&filter=kind=resource,spec.type=kmetal-tenant',
    );
    await ask('catalog/entities/by-name/template/default/request-more-storage');
    return (
      total > 0 && totalItems >= total && (await takesWebSockets(backendUrl))
    );
  } catch {
    return false;
  }
}

/**
 * Whether the portal answers a WebSocket. Backstage's signals backend leaves the first one after its start unanswered (it begins to
 * listen for them when it sees one), and the person who comes first should not be the one to find that out.
 */
function takesWebSockets(backendUrl) {
  return new Promise(resolve => {
    const call = request(`${backendUrl}/api/signals`, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
      },
      timeout: 1_000,
    });
    const answer = taken => {
      resolve(taken);
      call.destroy();
    };
    call.once('upgrade', (_response, socket) => {
      socket.destroy();
      answer(true);
    });
    call.once('response', () => answer(false));
    call.once('timeout', () => answer(false));
    call.once('error', () => answer(false));
    call.end();
  });
}

/** Takes a folder for this start and empties it, if an earlier one made it and is gone. */
async function takeDemoFolder(folder) {
  const marker = '.made-by-npm-start';
  const content = await readdir(folder).catch(() => []);
  const isOurs = content.some(name => name.startsWith(marker));
  if (content.length > 0 && !isOurs) {
    throw new SetUpError(
      `${folder} holds files that npm start did not make: choose another folder with --dir.`,
    );
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const taken = await lock(path.join(folder, marker));
  if (taken.heldBy === undefined) {
    for (const name of await readdir(folder)) {
      if (!name.startsWith(marker)) {
        await rm(path.join(folder, name), { recursive: true, force: true });
      }
    }
  }
  if (taken.heldBy !== undefined || !(await taken.isHeld())) {
    throw new SetUpError(
      `npm start is running already${
        taken.heldBy ? ` (process ${taken.heldBy})` : ''
      } with its files in ${folder}: end it, or choose another folder with --dir and another port with --port.`,
    );
  }
}

/** Refuses --real where there are no real API servers, before anything else takes its time. */
function refuseMissingApiServers() {
  const programs = ['etcd', 'kube-apiserver', 'kube-controller-manager'];
  const assets = process.env.KUBEBUILDER_ASSETS;
  const missing = programs.filter(
    name => !assets || !existsSync(path.join(assets, name)),
  );
  if (missing.length > 0) {
    throw new SetUpError(
      `--real needs KUBEBUILDER_ASSETS, the folder with ${programs.join(
        ', ',
      )}: ${
        assets ? `${assets} lacks ${missing.join(', ')}` : 'it is not set'
      }.`,
    );
  }
}

/** Ends all if npm or Yarn, which started this, is gone without a word: then nobody is left to press Ctrl-C. */
function endWithStarter() {
  if (!process.env.npm_lifecycle_event) return;
  const starter = process.ppid;
  setInterval(() => {
    if (process.ppid !== starter) end(0);
  }, 1_000).unref();
}

async function main() {
  const options = parse();
  await refuseTakenPort(options.port, '--port');
  if (options.dev) await refuseTakenPort(3000, 'an end to what listens there');
  if (options.real) refuseMissingApiServers();
  const demoDir = options.dir;
  const shown = file => path.relative(process.cwd(), path.join(demoDir, file));
  await takeDemoFolder(demoDir);

  const progress = new Progress(options.dev ? 4 : 5);
  const env = await setUp(progress);
  if (!options.dev) await buildPages(progress, env);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => end(0));
  }
  endWithStarter();

  const transform = path.join(
    root,
    'node_modules/@backstage/cli-node/config/nodeTransform.cjs',
  );

  progress.step('Two under clusters and a Git host');
  const demo = child(
    'node',
    [
      '--require',
      transform,
      'packages/demo/src/main.ts',
      '--dir',
      demoDir,
      '--portal-port',
      String(options.port),
      ...(options.dev ? ['--app-port', '3000'] : []),
      ...(options.real ? ['--real'] : []),
    ],
    { env },
  );
  const demoLog = createWriteStream(path.join(demoDir, 'demo.log'));
  demo.stderr.pipe(demoLog, { end: false });
  const demoReady = new Promise((resolve, reject) => {
    createInterface({ input: demo.stdout }).on('line', line => {
      demoLog.write(`${line}\n`);
      if (!line.startsWith('{')) {
        progress.note(line);
        return;
      }
      const message = JSON.parse(line);
      if (message.error) reject(new SetUpError(message.error));
      if (message.ready) resolve(message.ready);
    });
    demo.ended.then(code =>
      reject(
        new SetUpError(
          `The demo's under clusters ended (${code}): see ${shown(
            'demo.log',
          )}.`,
        ),
      ),
    );
  });
  const ready = await demoReady;

  progress.step('The portal');
  await refuseTakenPort(options.port, '--port');
  const token = randomBytes(24).toString('hex');
  const ownAccess = path.join(demoDir, 'start-app-config.yaml');
  await writeFile(
    ownAccess,
    JSON.stringify({
      backend: { auth: { externalAccess: [accessWith(token)] } },
    }),
    { mode: 0o600 },
  );
  const configuration = [
    path.join(root, 'app-config.yaml'),
    path.join(demoDir, 'app-config.yaml'),
    ownAccess,
  ].flatMap(file => ['--config', file]);
  const tether = path.join(root, 'scripts/tether.mjs');
  const portal = options.dev
    ? child(
        'node',
        [
          tether,
          'backstage-cli',
          ...['repo', 'start', 'app', 'backend'],
          ...configuration,
        ],
        { env },
      )
    : child(
        'node',
        [
          tether,
          ...['node', '--require', transform, 'src/index.ts'],
          ...configuration,
        ],
        {
          cwd: path.join(root, 'packages/backend'),
          env: { ...env, NODE_ENV: 'production' },
        },
      );
  const portalLog = createWriteStream(path.join(demoDir, 'portal.log'));
  portal.stdout.pipe(portalLog, { end: false });
  portal.stderr.pipe(portalLog, { end: false });
  if (options.dev) {
    portal.stdout.pipe(process.stdout);
    portal.stderr.pipe(process.stderr);
  }
  let portalEnded = false;
  portal.ended.then(code => {
    portalEnded = true;
    if (ending) return;
    process.stderr.write(
      `\nerror: The portal ended (${code}): see ${shown('portal.log')}.\n`,
    );
    end(1);
  });

  const backendUrl = `http://localhost:${options.port}`;
  const portalUrl = options.dev ? 'http://localhost:3000' : backendUrl;
  const deadline = Date.now() + 180_000;
  while (!(await isReady(backendUrl, portalUrl, token))) {
    if (portalEnded) return;
    if (Date.now() > deadline) {
      throw new SetUpError(
        `The portal is not ready after 3 minutes: see ${shown('portal.log')}.`,
      );
    }
    await new Promise(resolve => {
      setTimeout(resolve, 250);
    });
  }

  const { personas, ...addresses } = ready;
  readyFile = path.join(demoDir, 'ready.json');
  await writeFile(
    readyFile,
    `${JSON.stringify({ portalUrl, ...addresses }, null, 2)}\n`,
  );
  const width = Math.max(...personas.map(p => p.login.length));
  process.stdout.write(
    [
      '',
      `Ready after ${progress.total()}.`,
      '',
      `  ${portalUrl}`,
      '',
      "  Sign in with GitHub (the demo's own) and pick one of:",
      ...personas.map(p => `    ${p.login.padEnd(width)}  ${p.description}`),
      '',
      '  Ctrl-C ends it.',
      '',
      '',
    ].join('\n'),
  );
  await demo.ended;
  if (!ending) {
    process.stderr.write(
      `\nerror: The demo ended: see ${shown('demo.log')}.\n`,
    );
    await end(1);
  }
}

main().catch(async error => {
  process.stderr.write(
    error instanceof SetUpError
      ? `\nerror: ${error.message}\n`
      : `\n${error?.stack ?? error}\n`,
  );
  await end(1);
});
