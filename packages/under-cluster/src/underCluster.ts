import { Agent, request as httpsRequest } from 'node:https';
import { writeFile, chmod } from 'node:fs/promises';
import { stringify } from 'yaml';
import { Json } from './object';

/** An answer of an API server; `body` is parsed JSON, or text where it isn't JSON. */
export interface Answer {
  status: number;
  body: Json;
}

/** How to ask: as whom, with which content type, and for how long to wait. */
export interface RequestOptions {
  /** Bearer token; the admin's by default, none at all if empty. */
  token?: string;
  /** `application/json` by default. */
  contentType?: string;
  /** Milliseconds until the request is given up; 30,000 by default. */
  timeoutMs?: number;
}

/** A running API server, stand-in or real, with what one needs to talk to it. */
export interface UnderCluster {
  readonly name: string;
  readonly kind: 'stand-in' | 'kube-apiserver';
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  /** PEM of the CA that signed the server's certificate. */
  readonly ca: string;
  /** Bearer token of a member of system:masters. */
  readonly adminToken: string;
  /** One request, as admin by default. Rejects only if there is no answer. */
  request(
    method: string,
    path: string,
    body?: unknown,
    options?: RequestOptions,
  ): Promise<Answer>;
  /** Writes a kubeconfig (mode 0600) for the admin, or for the token given. */
  writeKubeconfig(file: string, token?: string): Promise<void>;
  stop(): Promise<void>;
}

/** Where and as whom to ask. */
export interface Endpoint {
  name: string;
  url: string;
  ca: string;
  adminToken: string;
}

/** A small client of one API server, over one keep-alive agent. */
export function createClient(endpoint: Endpoint) {
  const agent = new Agent({ ca: endpoint.ca, keepAlive: true });

  const request = (
    method: string,
    path: string,
    body?: unknown,
    options: RequestOptions = {},
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const token = options.token ?? endpoint.adminToken;
      const text =
        body === undefined || typeof body === 'string'
          ? body
          : JSON.stringify(body);
      const timeoutMs = options.timeoutMs ?? 30_000;
      const sent = httpsRequest(
        `${endpoint.url}${path}`,
        {
          method,
          agent,
          signal: AbortSignal.timeout(timeoutMs),
          headers: {
            accept: 'application/json',
            ...(token && { authorization: `Bearer ${token}` }),
            ...(text !== undefined && {
              'content-type': options.contentType ?? 'application/json',
              'content-length': Buffer.byteLength(text as string),
            }),
          },
        },
        answer => {
          const chunks: Buffer[] = [];
          answer.on('data', chunk => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () => {
            const received = Buffer.concat(chunks).toString('utf8');
            const isJson = `${answer.headers['content-type']}`.includes('json');
            resolve({
              status: answer.statusCode ?? 0,
              body: isJson && received ? parse(received) : received,
            });
          });
        },
      );
      sent.on('error', reject);
      sent.end(text);
    });

  const writeKubeconfig = async (file: string, token?: string) => {
    const { name } = endpoint;
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name,
          cluster: {
            server: endpoint.url,
            'certificate-authority-data': Buffer.from(endpoint.ca).toString(
              'base64',
            ),
          },
        },
      ],
      users: [{ name, user: { token: token ?? endpoint.adminToken } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      'current-context': name,
    };
    await writeFile(file, stringify(config), { mode: 0o600 });
    // The mode above counts only for a new file.
    await chmod(file, 0o600);
  };

  return { request, writeKubeconfig, close: () => agent.destroy() };
}

// Some of the real server's plain 404 pages carry a JSON content type.
function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
