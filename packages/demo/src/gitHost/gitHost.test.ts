import { ConfigReader } from '@backstage/config';
import { githubAuthenticator } from '@backstage/plugin-auth-backend-module-github-provider';
import { GitHost, startGitHost } from './gitHost';
import { personas } from '../personas';

const portalUrl = 'http://localhost:7007';
const callbackUrl = `${portalUrl}/api/auth/github/handler/frame`;

describe("the demo's Git host", () => {
  let gitHost: GitHost;

  beforeAll(async () => {
    gitHost = await startGitHost({ portalUrl, personas });
  });
  afterAll(async () => {
    await gitHost.stop();
  });

  const authorizePage = (redirectUri = callbackUrl) => {
    const query = new URLSearchParams({
      client_id: gitHost.oauthApp.clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'read:user',
      state: 'what-the-portal-gave',
    });
    return fetch(`${gitHost.url}/login/oauth/authorize?${query}`);
  };

  /** Does what a browser does when the button of this login is pressed; answers where it is sent. */
  const pick = async (login: string): Promise<URL> => {
    const html = await (await authorizePage()).text();
    const form = html
      .split('<form')
      .find(part => part.includes(`name="login" value="${login}"`));
    if (!form) {
      throw new Error(`No button for ${login}`);
    }
    const action = /action="([^"]+)"/.exec(form)?.[1] ?? '';
    const fields = [...form.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(
      ([, name, value]) => [name, value.replaceAll('&amp;', '&')],
    );
    const answer = await fetch(new URL(action, gitHost.url), {
      method: 'POST',
      body: new URLSearchParams(fields),
      redirect: 'manual',
    });
    return new URL(answer.headers.get('location') ?? '');
  };

  const exchange = async (code: string, clientSecret: string) => {
    const answer = await fetch(`${gitHost.url}/login/oauth/access_token`, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: gitHost.oauthApp.clientId,
        client_secret: clientSecret,
        code,
      }),
    });
    return (await answer.json()) as Record<string, string>;
  };

  it("offers the demo's people to choose from, and nobody else", async () => {
    const html = await (await authorizePage()).text();
    const logins = [...html.matchAll(/name="login" value="([^"]+)"/g)].map(
      ([, login]) => login,
    );
    expect(logins).toEqual(['alice', 'bob', 'petra']);
    expect(html).toContain('Alice Albrecht');
  });

  it('returns to the portal only', async () => {
    const answer = await authorizePage('http://elsewhere.example.com/');
    expect(answer.status).toBe(400);
  });

  it.each(['alice', 'bob', 'petra'])(
    'signs %s in: pick, code, token, user, emails',
    async login => {
      const returned = await pick(login);
      expect(`${returned.origin}${returned.pathname}`).toBe(callbackUrl);
      expect(returned.searchParams.get('state')).toBe('what-the-portal-gave');

      const { access_token: token } = await exchange(
        returned.searchParams.get('code') ?? '',
        gitHost.oauthApp.clientSecret,
      );
      const headers = { authorization: `Bearer ${token}` };
      const user = await fetch(`${gitHost.url}/api/v3/user`, { headers });
      expect(await user.json()).toMatchObject({ login });
      const emails = await fetch(`${gitHost.url}/api/v3/user/emails`, {
        headers,
      });
      expect(await emails.json()).toMatchObject([
        { email: personas.find(p => p.login === login)?.email, primary: true },
      ]);
    },
  );

  it('gives no token without the right client secret', async () => {
    const code = (await pick('alice')).searchParams.get('code') ?? '';
    const answer = await exchange(code, 'a-guess');
    expect(answer.access_token).toBeUndefined();
    expect(answer.error).toBe('incorrect_client_credentials');
  });

  it('refuses a token of an earlier start instead of taking it for its first user', async () => {
    for (const authorization of [
      'Bearer gho_from-another-start',
      'token gho_from-another-start',
      'Basic YWxpY2U6',
    ]) {
      const answer = await fetch(`${gitHost.url}/api/v3/user`, {
        headers: { authorization },
      });
      expect(answer.status).toBe(401);
    }
  });

  it("works with Backstage's GitHub provider, and its refresh", async () => {
    const helper = githubAuthenticator.initialize({
      callbackUrl,
      config: new ConfigReader({
        ...gitHost.oauthApp,
        enterpriseInstanceUrl: gitHost.url,
      }),
    });
    const req = (query: Record<string, string>) =>
      ({ method: 'GET', url: '', query, headers: {}, session: {} } as never);
    const started = await githubAuthenticator.start(
      { scope: 'read:user', state: 'abc', req: req({}) },
      helper,
    );
    expect(started.url).toContain(`${gitHost.url}/login/oauth/authorize?`);

    const returned = await pick('bob');
    const { fullProfile, session } = await githubAuthenticator.authenticate(
      { req: req(Object.fromEntries(returned.searchParams)) },
      helper,
    );
    expect(fullProfile.username).toBe('bob');

    const refreshed = await githubAuthenticator.refresh(
      {
        scope: 'read:user',
        scopeAlreadyGranted: true,
        refreshToken: session.refreshToken ?? '',
        req: req({}),
      },
      helper,
    );
    expect(refreshed.fullProfile.username).toBe('bob');
  });
});
