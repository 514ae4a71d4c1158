import { request } from 'node:https';
import { Json } from '../object';
import { UnderCluster } from '../underCluster';

/** One watch as its client sees it. */
export interface WatchStream {
  status: number;
  /** The next event; undefined once the server has ended the watch. Rejects after a minute of silence. */
  next(): Promise<Json | undefined>;
  /** All events until the server ends the watch. */
  rest(): Promise<Json[]>;
  close(): void;
}

/** Opens a watch and resolves when its headers are there. */
export function openWatch(
  cluster: UnderCluster,
  path: string,
): Promise<WatchStream> {
  return new Promise((resolve, reject) => {
    const events: Json[] = [];
    let ended = false;
    let wake = () => {};
    const sent = request(
      `${cluster.url}${path}`,
      {
        ca: cluster.ca,
        agent: false,
        headers: { authorization: `Bearer ${cluster.adminToken}` },
      },
      answer => {
        let buffer = '';
        answer.setEncoding('utf8');
        answer.on('data', chunk => {
          buffer += chunk;
          const lines = buffer.split('\n');
          buffer = lines.pop() ?? '';
          events.push(
            ...lines.filter(line => line).map(line => JSON.parse(line)),
          );
          wake();
        });
        answer.on('close', () => {
          ended = true;
          wake();
        });
        const news = () =>
          new Promise<void>((awake, fail) => {
            const timer = setTimeout(
              () => fail(new Error('The watch is silent')),
              60_000,
            );
            wake = () => {
              clearTimeout(timer);
              awake();
            };
          });
        const next = async () => {
          while (events.length === 0 && !ended) {
            await news();
          }
          return events.shift();
        };
        resolve({
          status: answer.statusCode ?? 0,
          next,
          async rest() {
            const all: Json[] = [];
            for (let event = await next(); event; event = await next()) {
              all.push(event);
            }
            return all;
          },
          close: () => sent.destroy(),
        });
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}
