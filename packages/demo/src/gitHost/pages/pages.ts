import { Persona } from '../../personas';
import { CommitStatuses } from '../commitStatuses';
import { EmulatedApi, Json } from '../emulatedApi';
import { Passage, Refusal, Route } from '../front';
import { PullRequests, writeReview } from '../pullRequests';
import { Repositories } from '../repositories';
import { Html } from './html';
import { pullRequestPage } from './pullRequestPage';
import {
  commitPage,
  filePage,
  hostPage,
  problemPage,
  repositoryPage,
} from './repositoryPage';

const SYMLINK = '120000';

interface Shown {
  api: EmulatedApi;
  repositories: Repositories;
  pulls: PullRequests;
  statuses: CommitStatuses;
  personas: readonly Persona[];
}

/** The Git host's web pages. They need no scripts: buttons are forms, and act as one of the demo's people. */
export function pageRoutes(shown: Shown): Route[] {
  const { api, repositories, pulls } = shown;
  const inRepository = (rest: string) =>
    new RegExp(`^/(${repositories.names().map(escaped).join('|')})${rest}$`);

  const showPull = async (
    passage: Passage,
    repository: string,
    number: number,
    more: { status?: number; actor?: string; notice?: string } = {},
  ) => {
    const pull = await pulls.get(repository, number);
    const [comparison, reviews] = await Promise.all([
      pulls.compare(repository, pull),
      api.ask(
        'GET',
        `/repos/${repository}/pulls/${number}/reviews?per_page=100`,
      ),
    ]);
    sendPage(
      passage,
      pullRequestPage({
        repository,
        pull,
        files: comparison?.files ?? [],
        commits: comparison?.commits ?? [],
        reviews,
        statuses: shown.statuses.latestOf(repository, pull.head.sha),
        personas: peopleFor(shown.personas),
        actor: more.actor ?? passage.query.get('as') ?? 'petra',
        notice: more.notice,
      }),
      more.status,
    );
  };

  const act = async (
    action: string,
    repository: string,
    number: number,
    login: string,
    words: string,
  ) => {
    const review = (event: string) =>
      writeReview(
        api,
        pulls,
        repository,
        number,
        { event, body: words },
        login,
      );
    switch (action) {
      case 'approve':
        return review('APPROVE');
      case 'request-changes':
        if (!words) {
          throw new Refusal(422, 'Say in words what has to change.');
        }
        return review('REQUEST_CHANGES');
      case 'merge':
        return pulls.merge(repository, number, { method: 'merge' }, login);
      default:
        return pulls.close(repository, number, login);
    }
  };

  if (repositories.names().length === 0) {
    return [];
  }
  return [
    {
      method: 'GET',
      path: /^\/$/,
      async take(passage) {
        sendPage(passage, hostPage(repositories.names()));
      },
    },
    {
      method: 'GET',
      path: inRepository('(?:/pulls|/tree/main)?/?'),
      async take(passage, repository) {
        const list = (state: string): Promise<Json[]> =>
          api
            .ask('GET', `/repos/${repository}/pulls?state=${state}&per_page=50`)
            .then((told: Json[]) =>
              Promise.all(told.map(each => pulls.shorten(repository, each))),
            );
        const main = await repositories.get(repository).commit('main');
        const files = await repositories.get(repository).files(main!.tree);
        sendPage(
          passage,
          repositoryPage({
            repository,
            open: await list('open'),
            closed: await list('closed'),
            paths: [...files.keys()].sort(),
          }),
        );
      },
    },
    {
      method: 'GET',
      path: inRepository('/blob/([^/]+)/(.+)'),
      take: orProblem(async (passage, repository, ref, path) => {
        const found = repositories.get(repository);
        const commit = await found.commit(ref);
        const file = commit && (await found.files(commit.tree)).get(path);
        if (!file) {
          throw new Refusal(404, `${ref} has no file ${path}.`);
        }
        const content = await found.content(file.sha);
        const text = content.toString('utf8');
        sendPage(
          passage,
          filePage({
            repository,
            ref,
            path,
            text: text.includes('\0') ? undefined : text,
            symlink: file.mode === SYMLINK,
          }),
        );
      }),
    },
    {
      method: 'GET',
      path: inRepository('/commit/([0-9a-f]{7,40})'),
      take: orProblem(async (passage, repository, sha) => {
        const commit = await api.ask(
          'GET',
          `/repos/${repository}/commits/${sha}`,
        );
        sendPage(passage, commitPage(repository, commit));
      }),
    },
    {
      method: 'GET',
      path: inRepository('/pull/(\\d+)(?:/(?:files|commits))?'),
      take: orProblem((passage, repository, number) =>
        showPull(passage, repository, Number(number)),
      ),
    },
    {
      method: 'POST',
      path: inRepository('/pull/(\\d+)/(approve|request-changes|merge|close)'),
      take: orProblem(async (passage, repository, number, action) => {
        refuseOtherOrigins(passage);
        const form = new URLSearchParams(
          (await passage.body()).toString('utf8'),
        );
        const actor = form.get('as') ?? '';
        if (!shown.personas.some(({ login }) => login === actor)) {
          throw new Refusal(422, `There is nobody called ${actor}.`);
        }
        const words = (form.get('words') ?? '').trim();
        try {
          await act(action, repository, Number(number), actor, words);
        } catch (error) {
          if (!(error instanceof Refusal)) {
            throw error;
          }
          await showPull(passage, repository, Number(number), {
            status: error.status,
            actor,
            notice: error.message,
          });
          return;
        }
        passage.send({
          status: 303,
          headers: {
            location: `/${repository}/pull/${number}?as=${encodeURIComponent(
              actor,
            )}`,
          },
          body: Buffer.alloc(0),
        });
      }),
    },
  ];
}

/** Who acts on the platform's side comes first. */
function peopleFor(personas: readonly Persona[]): Persona[] {
  const isPlatform = ({ groups }: Persona) => groups.includes('platform');
  return [
    ...personas.filter(isPlatform),
    ...personas.filter(each => !isPlatform(each)),
  ];
}

/**
 * A browser says which page a form was on: only this host's own have a say, or any page could merge with a hidden form.
 */
function refuseOtherOrigins({ headers }: Passage): void {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  const isOwn =
    (origin === undefined || origin === `http://${host}`) &&
    (site === undefined || site === 'same-origin' || site === 'none');
  if (!isOwn || !/^(?:localhost|127\.0\.0\.1)(?::\d+)?$/.test(host ?? '')) {
    throw new Refusal(403, 'Only a page of this Git host may ask for that.');
  }
}

/** Shows what was refused as a page, not as the API's JSON. */
function orProblem(take: Route['take']): Route['take'] {
  return async (passage, ...groups) => {
    try {
      await take(passage, ...groups);
    } catch (error) {
      if (!(error instanceof Refusal)) {
        throw error;
      }
      sendPage(
        passage,
        problemPage(
          error.status === 404 ? 'Nothing here' : 'That can not be done',
          error.message,
        ),
        error.status,
      );
    }
  };
}

function sendPage(passage: Passage, content: Html, status = 200): void {
  passage.send({
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    },
    body: Buffer.from(content.text),
  });
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
