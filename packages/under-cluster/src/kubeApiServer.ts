import { ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeServerCertificate } from './certificates';
import { createClient, UnderCluster } from './underCluster';

const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager'];

/** Milliseconds a slow machine gets to start all three programs. */
const START_TIMEOUT = 90_000;

/** Tells whether KUBEBUILDER_ASSETS names a folder with etcd, kube-apiserver and kube-controller-manager. */
export function kubeApiServerAvailable(
  assets = process.env.KUBEBUILDER_ASSETS,
): boolean {
  return (
    !!assets && PROGRAMS.every(program => existsSync(join(assets, program)))
  );
}

/** A real API server; `compact` makes it forget its history, as `StandIn.compact` does. */
export interface KubeApiServer extends UnderCluster {
  /** Compacts etcd and restarts kube-apiserver, whose watch cache would remember otherwise. */
  compact(): Promise<void>;
}

/**
 * Starts etcd, kube-apiserver and kube-controller-manager on free loopback ports.
 * They are killed on stop() and when this process exits; data and logs are in `dir`, or in a temporary folder that
 * stop() removes.
 */
export async function startKubeApiServer(options: {
  name: string;
  assets?: string;
  dir?: string;
}): Promise<KubeApiServer> {
  const assets = options.assets ?? process.env.KUBEBUILDER_ASSETS;
  if (!assets || !kubeApiServerAvailable(assets)) {
    throw new Error(
      `No real API server to start: KUBEBUILDER_ASSETS must name a folder with ${PROGRAMS.join(
        ', ',
      )}; it is ${assets ? `'${assets}'` : 'not set'}`,
    );
  }
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'under-cluster-')));
  await mkdir(dir, { recursive: true });
  const file = (name: string) => join(dir, name);

  const [etcdPort, peerPort, port, managerPort] = await freePorts(4);
  const certificate = await makeServerCertificate(options.name);
  const adminToken = randomBytes(16).toString('hex');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const secret = { mode: 0o600 };
  await Promise.all([
    writeFile(file('ca.crt'), certificate.ca),
    writeFile(file('server.crt'), certificate.cert),
    writeFile(file('server.key'), certificate.key, secret),
    writeFile(
      file('service-account.key'),
      privateKey.export({ type: 'pkcs1', format: 'pem' }),
      secret,
    ),
    writeFile(
      file('tokens.csv'),
      `${adminToken},admin,admin,"system:masters"\n`,
      secret,
    ),
  ]);

  const endpoint = {
    name: options.name,
    url: `https://127.0.0.1:${port}`,
    ca: certificate.ca,
    adminToken,
  };
  const client = createClient(endpoint);
  const running = new Map<string, ChildProcess>();
  const killAll = () => running.forEach(child => child.kill('SIGKILL'));
  const forget = onExit(killAll);

  const start = (program: string, flags: string[]) => {
    const child = spawn(join(assets, program), flags, {
      cwd: dir,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = createWriteStream(file(`${program}.log`), { flags: 'a' });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    child.once('close', () => log.end());
    // Without a listener an ENOENT would end the whole process; the missing program shows as "not ready".
    child.once('error', error => log.write(`${error.message}\n`));
    running.set(program, child);
  };

  const startApiServer = () =>
    start('kube-apiserver', [
      `--etcd-servers=http://127.0.0.1:${etcdPort}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--tls-cert-file=${file('server.crt')}`,
      `--tls-private-key-file=${file('server.key')}`,
      `--cert-dir=${file('certs')}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      '--authorization-mode=RBAC',
      `--token-auth-file=${file('tokens.csv')}`,
      `--service-account-key-file=${file('service-account.key')}`,
      `--service-account-signing-key-file=${file('service-account.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      '--enable-admission-plugins=ResourceQuota',
      // Pods of scenarios have no token to mount, and no controller makes default ServiceAccounts.
      '--disable-admission-plugins=ServiceAccount',
      '--allow-privileged=true',
    ]);

  const stop = async () => {
    forget();
    client.close();
    // The controller manager first and etcd last, so that nobody misses the one it talks to.
    for (const program of [...PROGRAMS].reverse()) {
      await end(running.get(program));
    }
    running.clear();
    if (!options.dir) {
      await rm(dir, { recursive: true, force: true });
    }
  };

  try {
    const etcd = `http://127.0.0.1:${etcdPort}`;
    const peer = `http://127.0.0.1:${peerPort}`;
    start('etcd', [
      `--data-dir=${file('etcd')}`,
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
    ]);
    startApiServer();
    await ready(client.request, running, dir);

    await client.writeKubeconfig(file('admin.kubeconfig'));
    start('kube-controller-manager', [
      `--kubeconfig=${file('admin.kubeconfig')}`,
      '--controllers=resourcequota,namespace,serviceaccount-token,pvc-protection,pv-protection',
      `--service-account-private-key-file=${file('service-account.key')}`,
      `--root-ca-file=${file('ca.crt')}`,
      '--use-service-account-credentials=false',
      '--leader-elect=false',
      '--resource-quota-sync-period=10s',
      '--port=0',
      '--bind-address=127.0.0.1',
      `--secure-port=${managerPort}`,
      `--cert-dir=${file('manager-certs')}`,
    ]);
  } catch (error) {
    await stop();
    throw error;
  }

  const compact = async () => {
    const current = await client.request('GET', '/api/v1/namespaces');
    const compaction = await fetch(
      `http://127.0.0.1:${etcdPort}/v3/kv/compaction`,
      {
        method: 'POST',
        body: JSON.stringify({
          revision: current.body.metadata.resourceVersion,
          physical: true,
        }),
      },
    );
    if (!compaction.ok) {
      throw new Error(`etcd refused to compact: ${await compaction.text()}`);
    }
    await end(running.get('kube-apiserver'));
    startApiServer();
    await ready(client.request, running, dir);
  };

  return {
    ...endpoint,
    kind: 'kube-apiserver',
    request: client.request,
    writeKubeconfig: client.writeKubeconfig,
    compact,
    stop,
  };
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Does something when this process exits or is told to, until the function returned is called. */
function onExit(action: () => void): () => void {
  const onSignal = (signal: NodeJS.Signals) => {
    action();
    forget();
    // Nobody else deals with the signal: then it ends the process, as it would have without us.
    if (process.listenerCount(signal) === 0) {
      process.kill(process.pid, signal);
    }
  };
  function forget() {
    process.removeListener('exit', action);
    SIGNALS.forEach(signal => process.removeListener(signal, onSignal));
  }
  process.once('exit', action);
  SIGNALS.forEach(signal => process.on(signal, onSignal));
  return forget;
}

async function ready(
  request: UnderCluster['request'],
  running: Map<string, ChildProcess>,
  dir: string,
): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT;
  for (;;) {
    const answer = await request('GET', '/readyz', undefined, {
      timeoutMs: 2_000,
    }).catch(() => undefined);
    if (answer?.status === 200) {
      // The server is ready a moment before it has made the namespaces everybody takes for granted.
      const path = '/api/v1/namespaces/default';
      if ((await request('GET', path)).status === 200) {
        return;
      }
    }
    for (const [program, child] of running) {
      if (child.exitCode !== null || child.signalCode !== null) {
        const log = await readFile(join(dir, `${program}.log`), 'utf8').catch(
          () => '',
        );
        throw new Error(`${program} ended while starting: ${log.slice(-2000)}`);
      }
    }
    if (Date.now() > deadline) {
      throw new Error(
        `kube-apiserver was not ready within ${START_TIMEOUT / 1000} s`,
      );
    }
    await pause(200);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}

/** Asks a process to end, and ends it after three seconds if it doesn't. */
async function end(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  if (child.pid === undefined) {
    return;
  }
  const ended = new Promise<void>(resolve =>
    child.once('exit', () => resolve()),
  );
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await ended;
  clearTimeout(timer);
}

/** Free loopback ports, all held until all are known so that no two are the same. */
async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', resolve);
      });
      return server;
    }),
  );
  const ports = held.map(server => {
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  });
  await Promise.all(
    held.map(server => new Promise(resolve => server.close(resolve))),
  );
  return ports;
}
