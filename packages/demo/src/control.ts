import { createServer } from 'node:http';
import { close, listen } from './gitHost/front';

/** What the demo can be told while it runs. */
export interface Control {
  /** `http://127.0.0.1:PORT` */
  url: string;
  stop(): Promise<void>;
}

/**
 * Listens on loopback for `POST /under-clusters/NAME/unreachable` and `.../reachable`, which answer 204, and
 * `GET /under-clusters`. Requests of web pages are refused: only somebody at this machine's command line has a say.
 */
export async function startControl(demo: {
  underClusters(): Array<{ name: string; reachable: boolean }>;
  /** Throws if that is not possible. */
  setReachable(name: string, reachable: boolean): void;
}): Promise<Control> {
  const server = createServer((request, answer) => {
    const send = (status: number, body?: object) => {
      answer.writeHead(status, { 'content-type': 'application/json' });
      answer.end(body && `${JSON.stringify(body)}\n`);
    };
    request.resume();
    const { method, url = '/' } = request;
    if (
      request.headers.origin !== undefined ||
      request.headers['sec-fetch-site'] !== undefined
    ) {
      send(403, { message: 'Web pages have no say here.' });
      return;
    }
    if (method === 'GET' && url === '/under-clusters') {
      send(200, { underClusters: demo.underClusters() });
      return;
    }
    const told = /^\/under-clusters\/([^/]+)\/(reachable|unreachable)$/.exec(
      url,
    );
    if (!told || method !== 'POST') {
      send(404, {
        message:
          'There is GET /under-clusters, and POST /under-clusters/NAME/unreachable or /reachable.',
      });
      return;
    }
    try {
      demo.setReachable(told[1], told[2] === 'reachable');
      send(204);
    } catch (error) {
      send(409, { message: (error as Error).message });
    }
  });
  const port = await listen(server, 0);
  return { url: `http://127.0.0.1:${port}`, stop: () => close(server) };
}
