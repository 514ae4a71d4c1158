import { randomBytes } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { Refusal } from './front';

/** JSON as the emulated GitHub answers it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

/** The account that the portal acts as, and that the front itself reads with. */
export const PORTAL_LOGIN = 'kmetal-portal';

// emulate counts 5,000 requests an hour for each token, as github.com does, and nothing switches that off.
const TOKENS_PER_ACCOUNT = 64;

/** Asks the emulated GitHub, behind the front's back, as any account. */
export class EmulatedApi {
  readonly #port: () => number;
  readonly #tokens = new Map<string, string[]>();
  readonly #agent = new Agent({ keepAlive: true });
  #turn = 0;

  constructor(port: () => number, logins: readonly string[]) {
    this.#port = port;
    for (const login of logins) {
      this.#tokens.set(
        login,
        Array.from(
          { length: TOKENS_PER_ACCOUNT },
          () => `ghp_${randomBytes(20).toString('hex')}`,
        ),
      );
    }
  }

  /** The accounts' tokens, as emulate's seed has them. */
  seedTokens(): Record<string, { login: string; scopes: string[] }> {
    return Object.fromEntries(
      [...this.#tokens].flatMap(([login, tokens]) =>
        tokens.map(token => [
          token,
          { login, scopes: ['repo', 'user', 'admin:org'] },
        ]),
      ),
    );
  }

  /** An authorization header with which the emulated GitHub takes a request for this account's. */
  authorizationOf(login: string): string {
    const tokens = this.#tokens.get(login);
    if (!tokens) {
      throw new Error(`The Git host has no account ${login}.`);
    }
    this.#turn += 1;
    return `token ${tokens[this.#turn % tokens.length]}`;
  }

  /** Whose a token is that the emulated GitHub has issued itself. */
  async loginOf(token: string): Promise<string> {
    const user = await this.#ask('GET', '/user', `token ${token}`);
    return user.login;
  }

  /** The answer's JSON. Rejects with a Refusal, in the emulated GitHub's words, unless it is a success. */
  ask(
    method: string,
    path: string,
    body?: object,
    login: string = PORTAL_LOGIN,
  ): Promise<Json> {
    return this.#ask(method, path, this.authorizationOf(login), body);
  }

  /** Like `ask`, but undefined for what is not there. */
  async find(path: string): Promise<Json | undefined> {
    try {
      return await this.ask('GET', path);
    } catch (error) {
      if (error instanceof Refusal && error.status === 404) {
        return undefined;
      }
      throw error;
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #ask(
    method: string,
    path: string,
    authorization: string,
    body?: object,
  ): Promise<Json> {
    const text = body && Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const asked = httpRequest(
        {
          host: '127.0.0.1',
          port: this.#port(),
          agent: this.#agent,
          method,
          path,
          headers: {
            authorization,
            accept: 'application/json',
            ...(text && {
              'content-type': 'application/json',
              'content-length': text.length,
            }),
          },
        },
        answer => {
          const chunks: Buffer[] = [];
          answer.on('data', chunk => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () => {
            const received = Buffer.concat(chunks).toString('utf8');
            const status = answer.statusCode ?? 502;
            let json: Json;
            try {
              json = received ? JSON.parse(received) : undefined;
            } catch {
              json = { message: received.slice(0, 200) };
            }
            if (status >= 400) {
              reject(new Refusal(status, json?.message ?? `HTTP ${status}`));
            } else {
              resolve(json);
            }
          });
        },
      );
      asked.on('error', reject);
      asked.end(text);
    });
  }
}
