import { EmulatedApi } from './emulatedApi';
import { Gate, Route, sendJson } from './front';

/** The tokens that the Git host has given out since it started, and to whom. */
export class IssuedTokens {
  readonly #logins = new Map<string, string>();

  add(token: string, login: string): void {
    this.#logins.set(token, login);
  }

  loginOf(token: string): string | undefined {
    return this.#logins.get(token);
  }
}

/**
 * Refuses tokens that were not issued here, as GitHub does. The emulated GitHub takes an unknown token for its first
 * user, so a browser that kept a session from an earlier start of the demo would come back as somebody else.
 */
export function onlyIssuedTokens(issued: IssuedTokens, api: EmulatedApi): Gate {
  return passage => {
    const authorization = passage.headers.authorization;
    if (authorization === undefined) {
      return true;
    }
    const token = /^(?:bearer|token)\s+(\S+)$/i.exec(authorization.trim())?.[1];
    const login = token === undefined ? undefined : issued.loginOf(token);
    if (login !== undefined) {
      passage.login = login;
      passage.authorization = api.authorizationOf(login);
      return true;
    }
    sendJson(passage, 401, {
      message: 'Bad credentials',
      documentation_url: 'https://docs.github.com/rest',
    });
    return false;
  };
}

/**
 * The part of signing in where the front does more than pass on.
 *
 * @param logins - who may be picked; the emulated GitHub also has accounts of its own (admin, ghost)
 */
export function signInRoutes(
  issued: IssuedTokens,
  api: EmulatedApi,
  logins: readonly string[],
): Route[] {
  return [
    {
      method: 'GET',
      path: /^\/login\/oauth\/authorize$/,
      async take(passage) {
        const page = await passage.fetch();
        const html = onlyAccountsOf(page.body.toString('utf8'), logins);
        passage.send({ ...page, body: Buffer.from(html) });
      },
    },
    {
      method: 'POST',
      path: /^\/login\/oauth\/access_token$/,
      async take(passage) {
        const answer = await passage.fetch();
        const token = accessTokenOf(
          answer.body.toString('utf8'),
          `${answer.headers['content-type']}`,
        );
        if (token) {
          issued.add(token, await api.loginOf(token));
        }
        passage.send(answer);
      },
    },
  ];
}

const ACCOUNT_FORM = /<form class="user-form"[\s\S]*?<\/form>/g;
const LOGIN_FIELD = /name="login" value="([^"]*)"/;

/** The user picker's page without the buttons of other accounts than these. */
export function onlyAccountsOf(
  html: string,
  logins: readonly string[],
): string {
  return html.replace(ACCOUNT_FORM, form => {
    const login = LOGIN_FIELD.exec(form)?.[1];
    return login !== undefined && logins.includes(login) ? form : '';
  });
}

function accessTokenOf(body: string, contentType: string): string | undefined {
  if (contentType.includes('application/json')) {
    const { access_token: token } = JSON.parse(body) as Record<string, unknown>;
    return typeof token === 'string' ? token : undefined;
  }
  return new URLSearchParams(body).get('access_token') ?? undefined;
}
