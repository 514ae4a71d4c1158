import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Persona, personas as demoPersonas } from '../personas';
import { archiveRoutes } from './archive';
import { CommitStatuses, commitStatusRoutes } from './commitStatuses';
import { EmulatedApi, PORTAL_LOGIN } from './emulatedApi';
import { startEmulatedGitHub } from './emulatedGitHub';
import { close, createFront, listen } from './front';
import { pageRoutes } from './pages/pages';
import { PullRequests, RequiredStatus } from './pullRequests';
import { pullRequestRoutes } from './pullRequestRoutes';
import { onlyKnownPeople, Repositories } from './repositories';
import { SeedFiles } from './repository';
import { IssuedTokens, onlyIssuedTokens, signInRoutes } from './signIn';
import { GitHostTrouble, Troubles } from './trouble';

/** The demo's Git host: GitHub, emulated, at one address. */
export interface GitHost {
  /** `http://localhost:PORT`; the API is under `/api/v3`. */
  url: string;
  /** `localhost:PORT`, as `integrations.github[].host` has it. */
  host: string;
  /** The OAuth app that the portal signs in with; made anew at every start. */
  oauthApp: { clientId: string; clientSecret: string };
  /** The token of the portal's own account, `kmetal-portal`; made anew at every start. */
  portalToken: string;
  /** A token of one of the people, made for the question. Throws if there is nobody of that login. */
  tokenOf(login: string): string;
  /** Lets the Git host be in trouble, or well again if undefined. */
  setTrouble(trouble: GitHostTrouble | undefined): void;
  trouble(): GitHostTrouble | undefined;
  /** What was asked of the API since this was last called: `GET /repos/kmetal/fleet`, without the query. */
  takeRequests(): string[];
  stop(): Promise<void>;
}

export interface GitHostOptions {
  /** The portal's own address: sign-in returns to nowhere else. `http://localhost:7007` if absent. */
  portalUrl?: string;
  /** Who has an account and write access to the repositories; the demo's people if absent. */
  personas?: readonly Persona[];
  /** Any free port if absent. */
  port?: number;
  /** Files of each repository, named `owner/name`, on its branch `main`; the repositories are private. */
  repositories?: Readonly<Record<string, SeedFiles>>;
  /** Without it, only a status that is there and no success stops a merge. */
  requiredStatus?: RequiredStatus;
}

const BRANCH = 'main';

/** Starts the Git host on loopback. */
export async function startGitHost(
  options: GitHostOptions = {},
): Promise<GitHost> {
  const personas = options.personas ?? demoPersonas;
  const seeds = options.repositories ?? {};
  const logins = personas.map(({ login }) => login);
  const oauthApp = {
    clientId: `demo-${randomBytes(8).toString('hex')}`,
    clientSecret: randomBytes(24).toString('hex'),
  };
  let upstreamPort = 0;
  const issued = new IssuedTokens();
  const api = new EmulatedApi(() => upstreamPort, [PORTAL_LOGIN, ...logins]);
  const repositories = new Repositories(api, Object.keys(seeds));
  const statuses = new CommitStatuses();
  const pulls = new PullRequests(
    api,
    repositories,
    statuses,
    options.requiredStatus,
  );
  const troubles = new Troubles();
  const server = createServer(
    createFront({
      upstreamPort: () => upstreamPort,
      gates: [troubles.gate, onlyIssuedTokens(issued, api), onlyKnownPeople],
      routes: [
        ...signInRoutes(issued, api, logins),
        ...commitStatusRoutes(statuses, repositories),
        ...archiveRoutes(repositories),
        ...pullRequestRoutes(api, repositories, pulls),
        ...pageRoutes({ api, repositories, pulls, statuses, personas }),
      ],
    }),
  );
  const port = await listen(server, options.port ?? 0).catch(error => {
    throw error.code === 'EADDRINUSE'
      ? new Error(
          `The Git host's port ${options.port} is taken: end what listens there, or choose another.`,
        )
      : error;
  });
  const url = `http://localhost:${port}`;
  let emulated: { port: number; stop(): Promise<void> } | undefined;
  const stop = async () => {
    troubles.stop();
    await close(server);
    api.close();
    await emulated?.stop();
  };
  try {
    emulated = await startEmulatedGitHub({
      baseUrl: url,
      seed: {
        tokens: api.seedTokens(),
        github: {
          users: [
            ...personas.map(({ login, name, email, description }) => ({
              login,
              name: `${name}, ${description.split(':')[0]}`,
              email,
            })),
            {
              login: PORTAL_LOGIN,
              name: 'kMetal portal',
              email: 'kmetal-portal@platform.example.com',
            },
          ],
          orgs: owners(seeds).map(login => ({
            login,
            members: [{ login: PORTAL_LOGIN, role: 'admin' }],
          })),
          repos: Object.keys(seeds).map(fullName => {
            const [owner, name] = fullName.split('/');
            return {
              owner,
              name,
              private: true,
              auto_init: false,
              default_branch: BRANCH,
            };
          }),
          oauth_apps: [
            {
              client_id: oauthApp.clientId,
              client_secret: oauthApp.clientSecret,
              name: 'kMetal tenant storage (demo)',
              redirect_uris: [
                `${
                  options.portalUrl ?? 'http://localhost:7007'
                }/api/auth/github/handler/frame`,
              ],
            },
          ],
        },
      },
    });
    upstreamPort = emulated.port;
    for (const [fullName, files] of Object.entries(seeds)) {
      await repositories.get(fullName).seed(files, BRANCH);
      for (const login of logins) {
        await api.ask('PUT', `/repos/${fullName}/collaborators/${login}`, {
          permission: 'push',
        });
      }
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const issue = (login: string) => {
    const token = `ghp_${randomBytes(20).toString('hex')}`;
    issued.add(token, login);
    return token;
  };
  return {
    url,
    host: `localhost:${port}`,
    oauthApp,
    portalToken: issue(PORTAL_LOGIN),
    tokenOf(login) {
      if (!logins.includes(login)) {
        throw new Error(`The Git host knows nobody called ${login}.`);
      }
      return issue(login);
    },
    setTrouble: trouble => troubles.set(trouble),
    trouble: () => troubles.get(),
    takeRequests: () => troubles.takeLog(),
    stop,
  };
}

function owners(seeds: Readonly<Record<string, SeedFiles>>): string[] {
  return [...new Set(Object.keys(seeds).map(each => each.split('/')[0]))];
}
