import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Persona } from '../personas';
import { startEmulatedGitHub } from './emulatedGitHub';
import { close, createFront, listen } from './front';
import { IssuedTokens, onlyIssuedTokens, signInRoutes } from './signIn';

/** The demo's Git host: GitHub, emulated, at one address. */
export interface GitHost {
  /** `http://localhost:PORT`; the API is under `/api/v3`. */
  url: string;
  /** `localhost:PORT`, as `integrations.github[].host` has it. */
  host: string;
  /** The OAuth app that the portal signs in with; made anew at every start. */
  oauthApp: { clientId: string; clientSecret: string };
  stop(): Promise<void>;
}

/**
 * Starts the Git host on loopback.
 *
 * @param options.portalUrl - the portal's own address: sign-in returns to nowhere else
 * @param options.port - any free port if absent
 */
export async function startGitHost(options: {
  portalUrl: string;
  personas: readonly Persona[];
  port?: number;
}): Promise<GitHost> {
  const oauthApp = {
    clientId: `demo-${randomBytes(8).toString('hex')}`,
    clientSecret: randomBytes(24).toString('hex'),
  };
  const issued = new IssuedTokens();
  let upstreamPort = 0;
  const server = createServer(
    createFront({
      upstreamPort: () => upstreamPort,
      gates: [onlyIssuedTokens(issued)],
      routes: signInRoutes(
        issued,
        options.personas.map(({ login }) => login),
      ),
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
  try {
    const emulated = await startEmulatedGitHub({
      baseUrl: url,
      seed: {
        tokens: {},
        github: {
          users: options.personas.map(
            ({ login, name, email, description }) => ({
              login,
              name: `${name}, ${description.split(':')[0]}`,
              email,
            }),
          ),
          oauth_apps: [
            {
              client_id: oauthApp.clientId,
              client_secret: oauthApp.clientSecret,
              name: 'kMetal tenant storage (demo)',
              redirect_uris: [
                `${options.portalUrl}/api/auth/github/handler/frame`,
              ],
            },
          ],
        },
      },
    });
    upstreamPort = emulated.port;
    return {
      url,
      host: `localhost:${port}`,
      oauthApp,
      async stop() {
        await close(server);
        await emulated.stop();
      },
    };
  } catch (error) {
    await close(server);
    throw error;
  }
}
