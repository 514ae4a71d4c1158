import { createMockDirectory } from '@backstage/backend-test-utils';
import githubModule from '@backstage/plugin-scaffolder-backend-module-github';
import { startGitHost, type GitHost } from '@kmetal/demo';
import { Portal } from './portal.test.server';
import { MANIFEST } from './quotaAction.test.bench';
import {
  factsOf,
  type TenantStorageBackend,
} from './tenantStorageBackend.test.server';

const REPOSITORY = '/repos/kmetal/fleet';
const FILE = 'clusters/muc-1/alpha/quota.yaml';
const BRANCH = 'kmetal-storage.muc-1.alpha.quota';
const TRAILER = 'Kmetal-Storage-Change: muc-1/alpha quota';

const TITLE = 'Storage quota of alpha in muc-1: raised from 50Gi to 60Gi';

/** Repository, head, blob, tree, commit, query for the pull request, and the branch: what the publishing action asks before the pull request. */
const CALLS_TO_THE_BRANCH = 7;

let gitHost: GitHost;
let portal: Portal;

/** Asks the Git host's API as the portal. */
async function github<T>(
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const response = await fetch(`${gitHost.url}/api/v3${path}`, {
    method,
    headers: { authorization: `Bearer ${gitHost.portalToken}` },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return response.json() as Promise<T>;
}

interface Pull {
  number: number;
  html_url: string;
  title: string;
  body: string;
  head: { sha: string; ref: string };
  mergeable: boolean | null;
}

const pulls = (state = 'open') =>
  github<Pull[]>('GET', `${REPOSITORY}/pulls?state=${state}`);

interface Commit {
  sha: string;
  commit: { message: string; author: { name: string } };
}

const commitsOf = ({ number }: Pull) =>
  github<Commit[]>('GET', `${REPOSITORY}/pulls/${number}/commits`);

/** What the branch has and the target branch has not; nothing if there is no such branch. */
async function commitsOnBranch(): Promise<Commit[]> {
  const heads = await github<Array<{ name: string; commit: { sha: string } }>>(
    'GET',
    `${REPOSITORY}/branches`,
  );
  const head = heads.find(({ name }) => name === BRANCH);
  if (!head) return [];
  const { commits } = await github<{ commits: Commit[] }>(
    'GET',
    `${REPOSITORY}/compare/main...${head.commit.sha}`,
  );
  return commits;
}

async function textOf(ref: string): Promise<string> {
  const { content } = await github<{ content: string }>(
    'GET',
    `${REPOSITORY}/contents/${FILE}?ref=${ref}`,
  );
  return Buffer.from(content, 'base64').toString();
}

/** Commits a file on a branch, as somebody else than the portal does. */
async function commit(branch: string, path: string, content: string) {
  const at = await github<{ object: { sha: string } }>(
    'GET',
    `${REPOSITORY}/git/ref/heads/${branch}`,
  );
  const tree = await github<{ sha: string }>(
    'POST',
    `${REPOSITORY}/git/trees`,
    {
      base_tree: at.object.sha,
      tree: [{ path, mode: '100644', type: 'blob', content }],
    },
  );
  const made = await github<{ sha: string }>(
    'POST',
    `${REPOSITORY}/git/commits`,
    {
      message: 'While we are at it',
      tree: tree.sha,
      parents: [at.object.sha],
    },
  );
  await github('PATCH', `${REPOSITORY}/git/refs/heads/${branch}`, {
    sha: made.sha,
    force: true,
  });
}

/** What the backend knows of the open request: the latest wish that was recorded, and what its Git host says now. */
async function follow(backend: TenantStorageBackend): Promise<void> {
  const trouble = gitHost.trouble();
  gitHost.setTrouble(undefined);
  const pull = (await pulls()).find(({ head }) => head.ref === BRANCH);
  const wish = backend.recorded.at(-1);
  backend.openRequest = wish
    ? {
        request: backend.requestOf(wish, {
          state: pull ? 'opened' : 'preparing',
          pullRequest: pull
            ? { number: pull.number, url: pull.html_url }
            : null,
        }),
        mergeable: pull ? true : null,
        title: pull?.title ?? null,
      }
    : null;
  backend.commitsOfOthers.set(
    'kmetal/fleet',
    (await commitsOnBranch())
      .filter(({ commit: { message } }) => !message.includes(`\n\n${TRAILER} `))
      .map(({ sha, commit: { author, message } }) => ({
        sha,
        author: author.name,
        title: message.split('\n')[0],
      })),
  );
  gitHost.takeRequests();
  gitHost.setTrouble(trouble);
}

const database = createMockDirectory();
/** Called when the request is recorded: the plan is made, and nothing is published yet. */
let onRecorded: () => void;

beforeEach(async () => {
  database.clear();
  onRecorded = () => {};
  gitHost = await startGitHost({
    repositories: { 'kmetal/fleet': { [FILE]: MANIFEST } },
  });
  portal = new Portal();
  await portal.start({
    features: [githubModule],
    beforeAnswer: async (backend, path) => {
      await follow(backend);
      if (path === '/v1/requests') onRecorded();
    },
    config: {
      backend: {
        database: {
          client: 'better-sqlite3',
          connection: { directory: database.path },
        },
      },
      scaffolder: {
        taskRecovery: { enabled: true, staleTimeout: { hours: 1 } },
      },
      integrations: {
        github: [
          {
            host: gitHost.host,
            apiBaseUrl: `${gitHost.url}/api/v3`,
            token: gitHost.portalToken,
          },
        ],
      },
    },
  });
  portal.tenantStorage.facts = factsOf();
  portal.tenantStorage.reviewers = { users: ['petra'], teams: [] };
  portal.tenantStorage.repositories = [
    {
      url: `${gitHost.url}/kmetal/fleet`,
      host: gitHost.host,
      repository: 'kmetal/fleet',
      branch: 'main',
      root: 'clusters/muc-1',
      locators: {},
      newFiles: {},
    },
  ];
});

afterEach(async () => {
  await portal.stop();
  await gitHost.stop();
});

/** Lines that differ from the target branch. */
async function changedLines(): Promise<string[]> {
  const before = (await textOf('main')).split('\n');
  return (await textOf(BRANCH))
    .split('\n')
    .filter((line, index) => line !== before[index]);
}

describe('request-more-storage on GitHub', () => {
  it('ends as one pull request with a one-line diff, and says what happens next', async () => {
    const { status, output, log } = await portal.send({ size: '60Gi' });
    expect(log).not.toContain('Error');
    expect(status).toBe('completed');

    const [pull, ...more] = await pulls();
    expect(more).toEqual([]);
    expect(pull).toMatchObject({
      title: TITLE,
      body: expect.stringContaining('`user:default/alice` asks for'),
    });
    expect(await changedLines()).toEqual([
      expect.stringContaining('60Gi # was 20Gi'),
    ]);
    const commits = await commitsOf(pull);
    expect(commits.map(({ commit: { message } }) => message)).toEqual([
      `${pull.title}\n\n${TRAILER} 60Gi`,
    ]);

    expect(output.links).toEqual([
      expect.objectContaining({
        title: 'Your change request',
        url: pull.html_url,
      }),
      expect.objectContaining({
        url: '/catalog/default/resource/muc-1.alpha/storage',
      }),
    ]);
    expect(output.text).toEqual([
      expect.objectContaining({
        title: 'What happens next',
        content: expect.stringContaining('with the platform team'),
      }),
    ]);
    for (const asker of portal.askers) {
      expect(asker).toBe('user:default/alice');
    }
  });

  it('asked twice is one pull request with the latest wish, on the head of the target branch', async () => {
    await portal.send({ size: '60Gi' });
    await commit('main', 'README.md', 'The target branch moves on.');
    const { status, output } = await portal.send({ size: '80Gi' });
    expect(status).toBe('completed');
    const all = await pulls('all');
    expect(all).toMatchObject([
      { title: 'Storage quota of alpha in muc-1: raised from 50Gi to 80Gi' },
    ]);
    expect(output.links?.[0].url).toBe(all[0].html_url);
    expect(await changedLines()).toEqual([
      expect.stringContaining('80Gi # was 20Gi'),
    ]);
    expect(
      (await commitsOf(all[0])).map(({ commit: { message } }) => message),
    ).toEqual([expect.stringMatching(`${TRAILER} 80Gi$`)]);
  });

  it('asked the same again is not published, so approvals stay', async () => {
    await portal.send({ size: '60Gi' });
    const [before] = await pulls();
    gitHost.takeRequests();
    const { status, output } = await portal.send({ size: '60Gi' });
    expect(status).toBe('completed');
    expect(
      gitHost.takeRequests().filter(each => !each.startsWith('GET ')),
    ).toEqual([]);
    expect((await pulls())[0].head.sha).toBe(before.head.sha);
    expect(output.text).toEqual([
      expect.objectContaining({
        title: 'Nothing was sent',
        content: expect.stringContaining('asks for 60Gi already'),
      }),
    ]);
    expect(output.links?.[0].url).toBe(before.html_url);
  });

  it('asked for what is there makes no pull request, and says so', async () => {
    const { status, output } = await portal.send({ size: '50Gi' });
    expect(status).toBe('completed');
    expect(await pulls('all')).toEqual([]);
    expect(output.text).toEqual([
      expect.objectContaining({
        content: expect.stringContaining('in Git already'),
      }),
    ]);
    expect(output.links).toHaveLength(1);
  });

  it('never writes over the commits of others', async () => {
    await portal.send({ size: '60Gi' });
    await commit(BRANCH, 'notes.md', 'Of the platform team.');
    const [before] = await pulls();
    const { status, log } = await portal.send({ size: '80Gi' });
    expect(status).toBe('failed');
    expect(log).toContain('While we are at it');
    expect(log).toContain(before.html_url);
    expect((await pulls())[0].head.sha).toBe(before.head.sha);
  });

  it('never writes over what others put on a branch that nothing is proposed from', async () => {
    await portal.send({ size: '60Gi' });
    const [{ number, head }] = await pulls();
    await commit(BRANCH, 'notes.md', 'Of the platform team.');
    const { head: theirs } = (await pulls())[0];
    expect(theirs.sha).not.toBe(head.sha);
    await github('PATCH', `${REPOSITORY}/pulls/${number}`, { state: 'closed' });
    portal.tenantStorage.recorded.length = 0;

    const { status, log } = await portal.send({ size: '80Gi' });
    expect(status).toBe('failed');
    expect(log).toContain('While we are at it');
    expect(log).toContain(`the branch ${BRANCH} of kmetal/fleet`);
    expect(await pulls()).toEqual([]);
    expect((await commitsOnBranch()).at(-1)?.sha).toBe(theirs.sha);
    expect(portal.tenantStorage.recorded).toEqual([]);
  });

  it('goes on where the branch of a merged request was not deleted', async () => {
    await portal.send({ size: '60Gi' });
    const [{ number }] = await pulls();
    await github('PUT', `${REPOSITORY}/pulls/${number}/merge`, {
      merge_method: 'squash',
    });
    portal.tenantStorage.recorded.length = 0;

    const { status } = await portal.send({ size: '80Gi' });
    expect(status).toBe('completed');
    expect(await changedLines()).toEqual([
      expect.stringContaining('80Gi # was 20Gi'),
    ]);
  });

  it('refuses what is wrong with a form, and asks the Git host for nothing', async () => {
    gitHost.takeRequests();
    const { status, log } = await portal.send({ size: '5gi' });
    expect(status).toBe('failed');
    expect(log).toContain('size: "5gi" is no size');
    expect(gitHost.takeRequests()).toEqual([]);
    expect(portal.tenantStorage.calls).toEqual([]);
  });

  it('that the Git host fails to be read for is told of in the log, and asked again is one pull request', async () => {
    gitHost.setTrouble({ kind: 'failing' });
    const first = await portal.send({ size: '60Gi' });
    expect(first.status).toBe('failed');
    expect(first.log).toContain('has a fault of its own (502)');
    expect(portal.tenantStorage.recorded).toEqual([]);
    gitHost.setTrouble(undefined);
    expect(await portal.send({ size: '60Gi' })).toMatchObject({
      status: 'completed',
    });
    expect(await pulls('all')).toHaveLength(1);
  });

  it('broken off between branch and pull request is one pull request once it is asked again', async () => {
    gitHost.setTrouble({ kind: 'failing', after: CALLS_TO_THE_BRANCH });
    const first = await portal.send({ size: '60Gi' });
    expect(first.status).toBe('failed');
    expect(first.log).toContain('Pull request creation failed');
    expect(first.log).toContain('Nothing is half done');
    gitHost.setTrouble(undefined);
    expect(await textOf(BRANCH)).toContain('60Gi');
    expect(await pulls('all')).toEqual([]);

    const second = await portal.send({ size: '60Gi' });
    expect(second.status).toBe('completed');
    expect(await pulls('all')).toMatchObject([{ title: TITLE }]);
  });

  it('broken off between branch and title says in both what was asked once it is asked again', async () => {
    await portal.send({ size: '80Gi' });
    gitHost.setTrouble({ kind: 'failing', after: CALLS_TO_THE_BRANCH });
    const first = await portal.send({ size: '60Gi' });
    expect(first.status).toBe('failed');
    gitHost.setTrouble(undefined);
    expect(await textOf(BRANCH)).toContain('60Gi');
    expect(await pulls('all')).not.toMatchObject([{ title: TITLE }]);

    const second = await portal.send({ size: '60Gi' });
    expect(second.status).toBe('completed');
    expect(await pulls('all')).toMatchObject([{ title: TITLE }]);
    expect(await changedLines()).toEqual([
      expect.stringContaining('60Gi # was 20Gi'),
    ]);
  });

  it('in the middle of which the portal restarts goes on by itself, and is one pull request', async () => {
    const recorded = new Promise<void>(resolve => {
      onRecorded = () => {
        // What the old portal still asks is never answered: it is gone.
        gitHost.setTrouble({ kind: 'slow', seconds: 3600 });
        gitHost.takeRequests();
        resolve();
      };
    });
    const id = await portal.begin({ size: '60Gi' });
    await recorded;
    while (gitHost.takeRequests().length === 0) {
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    expect(await portal.statusOf(id)).toBe('processing');
    onRecorded = () => {};
    // The old portal's heart still beats, as this process goes on: the new one takes the task over all the same.
    await portal.restart({
      scaffolder: {
        taskRecovery: { enabled: true, staleTimeout: { seconds: 0 } },
      },
    });
    gitHost.setTrouble(undefined);

    const { status, log } = await portal.end(id);
    expect([status, log]).toEqual(['completed', expect.any(String)]);
    expect(await pulls('all')).toMatchObject([{ title: TITLE }]);
    expect(await commitsOnBranch()).toHaveLength(1);

    expect(await portal.send({ size: '60Gi' })).toMatchObject({
      status: 'completed',
      output: { text: [{ title: 'Nothing was sent' }] },
    });
    expect(await pulls('all')).toHaveLength(1);
  });

  it('of a dry run sends nothing, and shows no file of others', async () => {
    gitHost.takeRequests();
    const { files, log, output } = await portal.dryRun({ size: '60Gi' });
    expect(Object.keys(files).sort()).toEqual([
      'kmetal-storage-change/change.diff',
      'kmetal-storage-change/description.md',
    ]);
    expect(JSON.stringify([files, log, output])).not.toMatch(
      /neighbours|beta|All quotas/,
    );
    expect(portal.tenantStorage.recorded).toEqual([]);
    expect(
      gitHost.takeRequests().filter(each => !each.startsWith('GET ')),
    ).toEqual([]);
  });
});
