import { EmulatedApi, Json, PORTAL_LOGIN } from './emulatedApi';
import { FetchedAnswer, Passage, Refusal, Route, sendJson } from './front';
import { PullRequests, writeReview } from './pullRequests';
import { Repositories } from './repositories';

const PULL = '/repos/([^/]+/[^/]+)/pulls/(\\d+)';

/** The part of pull requests where the front does more than pass on. */
export function pullRequestRoutes(
  api: EmulatedApi,
  repositories: Repositories,
  pulls: PullRequests,
): Route[] {
  return [
    {
      method: 'GET',
      path: /^\/repos\/([^/]+\/[^/]+)\/pulls$/,
      async take(passage, fullName) {
        const answer = await passage.fetch();
        await sendChanged(passage, answer, (told: Json[]) =>
          Promise.all(told.map(each => pulls.shorten(fullName, each))),
        );
      },
    },
    {
      method: 'POST',
      path: /^\/repos\/([^/]+\/[^/]+)\/pulls$/,
      async take(passage, fullName) {
        await pulls.checkNew(fullName, await passage.json());
        await sendChanged(passage, await passage.fetch(), (told: Json) =>
          pulls.complete(fullName, told),
        );
      },
    },
    {
      method: 'GET',
      path: new RegExp(`^${PULL}$`),
      async take(passage, fullName) {
        await sendChanged(passage, await passage.fetch(), (told: Json) =>
          pulls.complete(fullName, told),
        );
      },
    },
    {
      method: 'PATCH',
      path: new RegExp(`^${PULL}$`),
      async take(passage, fullName, number) {
        const { state } = await passage.json();
        if (state === 'closed') {
          await pulls.noteClosing(fullName, Number(number), who(passage));
        } else if (state === 'open') {
          await pulls.noteReopening(fullName, Number(number));
        }
        await sendChanged(passage, await passage.fetch(), (told: Json) =>
          pulls.complete(fullName, told),
        );
      },
    },
    {
      // On GitHub every pull request is an issue too, and only as that it tells who closed it.
      method: 'GET',
      path: /^\/repos\/([^/]+\/[^/]+)\/issues\/(\d+)$/,
      async take(passage, fullName, number) {
        const answer = await passage.fetch();
        if (answer.status !== 404) {
          passage.send(answer);
          return;
        }
        sendJson(passage, 200, await pulls.asIssue(fullName, Number(number)));
      },
    },
    {
      method: 'GET',
      path: new RegExp(`^${PULL}/files$`),
      async take(passage, fullName, number) {
        const pull = await pulls.get(fullName, Number(number));
        const comparison = await pulls.compare(fullName, pull);
        sendPage(passage, comparison?.files ?? []);
      },
    },
    {
      method: 'GET',
      path: new RegExp(`^${PULL}/commits$`),
      async take(passage, fullName, number) {
        const pull = await pulls.get(fullName, Number(number));
        const comparison = await pulls.compare(fullName, pull);
        sendPage(passage, comparison?.commits ?? []);
      },
    },
    {
      method: 'POST',
      path: new RegExp(`^${PULL}/reviews$`),
      async take(passage, fullName, number) {
        const review = await writeReview(
          api,
          pulls,
          fullName,
          Number(number),
          await passage.json(),
          who(passage),
        );
        sendJson(passage, 200, review);
      },
    },
    {
      method: 'POST',
      path: new RegExp(`^${PULL}/requested_reviewers$`),
      async take(passage, fullName) {
        await sendChanged(
          passage,
          await passage.fetch(),
          (told: Json) => pulls.shorten(fullName, told),
          201,
        );
      },
    },
    {
      method: 'PUT',
      path: new RegExp(`^${PULL}/merge$`),
      async take(passage, fullName, number) {
        const body: Json = await passage.json();
        const method = body.merge_method ?? 'merge';
        if (method !== 'merge' && method !== 'squash') {
          throw new Refusal(
            405,
            'Rebase merges are not allowed on this repository.',
          );
        }
        const sha = await pulls.merge(
          fullName,
          Number(number),
          {
            method,
            title: body.commit_title,
            message: body.commit_message,
            sha: body.sha,
          },
          who(passage),
        );
        sendJson(passage, 200, {
          sha,
          merged: true,
          message: 'Pull Request successfully merged',
        });
      },
    },
    {
      method: 'GET',
      path: new RegExp(`^${PULL}/merge$`),
      async take(passage, fullName, number) {
        const { merged } = await pulls.get(fullName, Number(number));
        passage.send({
          status: merged ? 204 : 404,
          headers: {},
          body: Buffer.alloc(0),
        });
      },
    },
    {
      method: 'PUT',
      path: new RegExp(`^${PULL}/update-branch$`),
      async take() {
        // emulate's own would commit the head's tree as if the base had not moved
        throw new Refusal(
          422,
          "This Git host can't update a branch by itself.",
        );
      },
    },
    {
      method: 'DELETE',
      path: /^\/repos\/([^/]+\/[^/]+)\/git\/refs\/(.+)$/,
      async take(passage, fullName, ref) {
        const branch = ref.replace(/^heads\//, '');
        // As on GitHub, without its branch a pull request is over.
        for (const { number } of await pulls.openFrom(fullName, branch)) {
          await pulls.close(fullName, number, who(passage));
        }
        passage.send(await passage.fetch());
      },
    },
    {
      // The action `publish:github:pull-request` leaves out what GitHub takes for granted.
      method: 'POST',
      path: /^\/repos\/([^/]+\/[^/]+)\/git\/trees$/,
      async take(passage, fullName) {
        const body: Json = await passage.json();
        if (Array.isArray(body.tree)) {
          // A commit stands for its tree.
          const base =
            body.base_tree &&
            (await repositories.get(fullName).commit(`${body.base_tree}`));
          passage.replaceBody({
            ...body,
            ...(base && { base_tree: base.tree }),
            tree: body.tree.map((each: Json) => ({
              type: each?.mode === '040000' ? 'tree' : 'blob',
              ...each,
            })),
          });
        }
        passage.send(await passage.fetch());
      },
    },
    {
      method: 'POST',
      path: /^\/api\/graphql$/,
      async take(passage) {
        const { query, variables }: Json = await passage.json();
        if (!`${query}`.includes('associatedPullRequests')) {
          sendJson(passage, 200, {
            errors: [
              {
                message:
                  'This Git host answers one query: the open pull request of a branch.',
              },
            ],
          });
          return;
        }
        const { owner, repo, head } = variables ?? {};
        const fullName = `${owner}/${repo}`;
        if (!repositories.has(fullName) || passage.login === undefined) {
          sendJson(passage, 200, {
            data: { repository: null },
            errors: [
              {
                type: 'NOT_FOUND',
                path: ['repository'],
                message: `Could not resolve to a Repository with the name '${fullName}'.`,
              },
            ],
          });
          return;
        }
        const there = await repositories.get(fullName).branchHead(`${head}`);
        const open = there ? await pulls.openFrom(fullName, `${head}`) : [];
        sendJson(passage, 200, {
          data: {
            repository: {
              ref: there
                ? {
                    associatedPullRequests: {
                      edges: open.slice(0, 1).map(pull => ({
                        node: {
                          id: pull.node_id,
                          number: pull.number,
                          url: pull.html_url,
                        },
                      })),
                    },
                  }
                : null,
            },
          },
        });
      },
    },
  ];
}

function who(passage: Passage): string {
  return passage.login ?? PORTAL_LOGIN;
}

/** Sends an answer of the emulated GitHub with its JSON changed; what is no success goes as it came. */
async function sendChanged(
  passage: Passage,
  answer: FetchedAnswer,
  change: (told: Json) => Promise<object>,
  status: number = answer.status,
): Promise<void> {
  if (answer.status >= 300) {
    passage.send(answer);
    return;
  }
  const changed = await change(JSON.parse(answer.body.toString('utf8')));
  const { 'content-length': _, ...headers } = answer.headers;
  sendJson(passage, status, changed, headers);
}

/** Sends one page of a list, with the links to the others. */
function sendPage(passage: Passage, all: Json[]): void {
  const perPage = Math.min(Number(passage.query.get('per_page')) || 30, 100);
  const page = Number(passage.query.get('page')) || 1;
  const pages = Math.ceil(all.length / perPage);
  const link = (number: number, rel: string) => {
    const query = new URLSearchParams(passage.query);
    query.set('page', `${number}`);
    return `<http://${passage.headers.host}/api/v3${passage.pathname}?${query}>; rel="${rel}"`;
  };
  sendJson(
    passage,
    200,
    all.slice((page - 1) * perPage, page * perPage),
    page < pages
      ? { link: [link(page + 1, 'next'), link(pages, 'last')].join(', ') }
      : {},
  );
}
