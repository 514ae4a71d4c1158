import { randomBytes } from 'node:crypto';
import { createSecureServer } from 'node:http2';
import { createServer, Socket } from 'node:net';
import { ApiServer } from './apiServer';
import { BOOTSTRAP_OBJECTS } from './bootstrap';
import { makeServerCertificate } from './certificates';
import { startControllers } from './controllers';
import { definitionsFor } from './customResourceDefinitions';
import { KubeObject } from './object';
import { Registry } from './registry';
import { createClient, UnderCluster } from './underCluster';

/** A running stand-in, with the troubles one can make for it. */
export interface StandIn extends UnderCluster {
  /** False: open connections are reset and new ones, too. True: it answers again, on the same port. */
  setReachable(reachable: boolean): void;
  /** Forgets the history of changes: lists and watches from older resourceVersions get 410. */
  compact(): void;
}

/**
 * Starts the stand-in on a loopback port, a free one by default. `objects` are there from the start, as if restored
 * from a backup: with the status and creationTimestamp they have.
 */
export async function startStandIn(options: {
  name: string;
  port?: number;
  objects?: KubeObject[];
  logger?: (line: string) => void;
}): Promise<StandIn> {
  const log = options.logger ?? (() => {});
  const certificate = await makeServerCertificate(options.name);
  const adminToken = randomBytes(16).toString('hex');
  const registry = new Registry();
  restoreAll(registry, options.objects ?? []);
  const controllers = startControllers(registry, certificate.ca);
  const api = new ApiServer(registry, adminToken, log);

  const server = createSecureServer(
    { allowHTTP1: true, cert: certificate.cert, key: certificate.key },
    (request, response) => void api.handle(request, response),
  );
  server.on('session', session => session.on('error', () => {}));
  // A client that goes away while it says hello is no trouble of ours.
  server.on('tlsClientError', () => {});

  // Connections arrive at a plain listener in front, so that they can be reset before and under TLS.
  const sockets = new Set<Socket>();
  let reachable = true;
  const listener = createServer(socket => {
    socket.on('error', () => {});
    if (!reachable) {
      socket.resetAndDestroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    server.emit('connection', socket);
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = listener.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const endpoint = {
    name: options.name,
    url: `https://127.0.0.1:${port}`,
    ca: certificate.ca,
    adminToken,
  };
  const client = createClient(endpoint);

  const cutAll = () => {
    sockets.forEach(socket => socket.resetAndDestroy());
  };
  return {
    ...endpoint,
    kind: 'stand-in',
    request: client.request,
    writeKubeconfig: client.writeKubeconfig,
    setReachable(value) {
      reachable = value;
      if (!value) {
        cutAll();
      }
    },
    compact() {
      registry.storage.compact();
    },
    async stop() {
      controllers.stop();
      client.close();
      const closed = new Promise(resolve => listener.close(resolve));
      cutAll();
      server.close();
      await closed;
    },
  };
}

/** What others need comes first: definitions before their objects, namespaces before what is in them. */
function restoreAll(registry: Registry, objects: KubeObject[]): void {
  const ranks: Record<string, number> = {
    CustomResourceDefinition: 0,
    Namespace: 1,
  };
  const rank = ({ kind }: KubeObject) => ranks[kind] ?? 2;
  const all = [...BOOTSTRAP_OBJECTS, ...definitionsFor(objects), ...objects];
  for (const object of all.sort((a, b) => rank(a) - rank(b))) {
    registry.restore(registry.resourceOf(object), object);
  }
}
