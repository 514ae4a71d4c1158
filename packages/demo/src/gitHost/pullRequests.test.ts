import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UrlReaders } from '@backstage/backend-defaults/urlReader';
import { mockServices } from '@backstage/backend-test-utils';
import { ConfigReader } from '@backstage/config';
import { ScmIntegrations } from '@backstage/integration';
import { createPublishGithubPullRequestAction } from '@backstage/plugin-scaffolder-backend-module-github';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import { Octokit } from '@octokit/rest';
import * as tar from 'tar';
import { GitHost, startGitHost } from './gitHost';

const owner = 'kmetal';
const repo = 'fleet';
const QUOTA = 'tenants/muc-1/alpha/quota.yaml';

const quota = (size: string) =>
  [
    'apiVersion: v1',
    'kind: ResourceQuota   # agreed with Petra',
    'metadata:',
    '  name: alpha-storage',
    '  namespace: alpha',
    'spec:',
    '  hard:',
    `    requests.storage: ${size}`,
    '',
  ].join('\n');

const lines = (change: Record<number, string> = {}) =>
  Array.from(
    { length: 30 },
    (_, index) => change[index] ?? `line ${index}\r\n`,
  ).join('');

describe('pull requests', () => {
  let gitHost: GitHost;
  let portal: Octokit;
  let petra: Octokit;
  let alice: Octokit;
  let counter = 0;

  const clientOf = (token: string) =>
    new Octokit({
      auth: token,
      baseUrl: `${gitHost.url}/api/v3`,
      log: { debug() {}, info() {}, warn() {}, error() {} },
    });

  beforeAll(async () => {
    gitHost = await startGitHost({
      requiredStatus: {
        context: 'kmetal-storage',
        ofBranches: 'guarded.',
      },
      repositories: {
        'kmetal/fleet': {
          'README.md': '# Fleet\n',
          [QUOTA]: quota('50Gi'),
          'long.txt': lines(),
          'run.sh': '#!/bin/sh\n',
          'current.yaml': { symlink: QUOTA },
          'logo.png': new Uint8Array([0x89, 0x50, 0, 0xff, 0xfe]),
          [`${'deep/'.repeat(30)}file.yaml`]: 'a: 1\n',
        },
      },
    });
    portal = clientOf(gitHost.portalToken);
    petra = clientOf(gitHost.tokenOf('petra'));
    alice = clientOf(gitHost.tokenOf('alice'));
  });
  afterAll(async () => {
    await gitHost.stop();
  });

  const mainHead = async () =>
    (await portal.git.getRef({ owner, repo, ref: 'heads/main' })).data.object
      .sha;

  const textOf = async (path: string, ref = 'main') => {
    const { data } = await portal.repos.getContent({ owner, repo, path, ref });
    return Buffer.from(
      (data as { content: string }).content,
      'base64',
    ).toString('utf8');
  };

  /** Commits files on a branch that starts at a commit, the main branch's head by default. */
  const commitOn = async (
    branch: string,
    files: Record<string, string | null>,
    from?: string,
  ) => {
    const parent = from ?? (await mainHead());
    const { data: tree } = await portal.git.createTree({
      owner,
      repo,
      base_tree: parent,
      tree: Object.entries(files).map(([path, content]) => ({
        path,
        mode: '100644' as const,
        type: 'blob' as const,
        ...(content === null ? { sha: null } : { content }),
      })),
    });
    const { data: commit } = await portal.git.createCommit({
      owner,
      repo,
      message: `Change ${Object.keys(files).join(', ')}`,
      tree: tree.sha,
      parents: [parent],
    });
    await portal.git.createRef({
      owner,
      repo,
      ref: `refs/heads/${branch}`,
      sha: commit.sha,
    });
    return commit.sha;
  };

  const open = async (
    files: Record<string, string | null>,
    from?: string,
  ): Promise<{ number: number; branch: string; sha: string }> => {
    counter += 1;
    const branch = `change-${counter}`;
    const sha = await commitOn(branch, files, from);
    const { data } = await portal.pulls.create({
      owner,
      repo,
      head: branch,
      base: 'main',
      title: `Change ${counter}`,
      body: 'Because.',
    });
    return { number: data.number, branch, sha };
  };

  const get = async (number: number) =>
    (await portal.pulls.get({ owner, repo, pull_number: number })).data;

  const refusalOf = async (asked: Promise<unknown>) => {
    const error = await asked.then(
      () => undefined,
      thrown => thrown,
    );
    return {
      status: error?.status,
      message: error?.response?.data?.message,
      errors: error?.response?.data?.errors,
    };
  };

  it('shows what differs from the target branch, not what it once was', async () => {
    const { number } = await open({ [QUOTA]: quota('60Gi') });
    const { data: files } = await portal.pulls.listFiles({
      owner,
      repo,
      pull_number: number,
    });
    expect(files).toHaveLength(1);
    expect(files[0]).toMatchObject({
      filename: QUOTA,
      status: 'modified',
      additions: 1,
      deletions: 1,
    });
    expect(files[0].patch).toContain(
      '-    requests.storage: 50Gi\n+    requests.storage: 60Gi',
    );
    expect(await get(number)).toMatchObject({
      state: 'open',
      merged: false,
      mergeable: true,
      mergeable_state: 'clean',
      commits: 1,
      changed_files: 1,
      additions: 1,
      deletions: 1,
      html_url: `${gitHost.url}/kmetal/fleet/pull/${number}`,
      user: { login: 'kmetal-portal' },
    });
    const { data: commits } = await portal.pulls.listCommits({
      owner,
      repo,
      pull_number: number,
    });
    expect(commits.map(({ commit }) => commit.message)).toEqual([
      `Change ${QUOTA}`,
    ]);
    await petra.pulls.update({
      owner,
      repo,
      pull_number: number,
      state: 'closed',
    });
  });

  it('merges three ways: what was merged in the meantime stays, in the same file as well', async () => {
    const from = await mainHead();
    const first = await open({ 'long.txt': lines({ 3: 'THREE\r\n' }) }, from);
    const second = await open(
      { 'long.txt': lines({ 25: 'TWENTY-FIVE\r\n' }), 'new.txt': 'new\n' },
      from,
    );
    await petra.pulls.merge({ owner, repo, pull_number: first.number });
    expect((await get(second.number)).mergeable).toBe(true);
    const { data } = await petra.pulls.merge({
      owner,
      repo,
      pull_number: second.number,
      merge_method: 'squash',
    });
    expect(data.merged).toBe(true);
    expect(await textOf('long.txt')).toBe(
      lines({ 3: 'THREE\r\n', 25: 'TWENTY-FIVE\r\n' }),
    );
    expect(await textOf('new.txt')).toBe('new\n');
    expect(data.sha).toBe(await mainHead());
    expect(await get(first.number)).toMatchObject({
      state: 'closed',
      merged: true,
      merged_by: { login: 'petra' },
      merged_at: expect.stringMatching(/Z$/),
      head: { sha: first.sha },
    });
    const { data: merged } = await portal.repos.getCommit({
      owner,
      repo,
      ref: data.sha,
    });
    expect(merged.parents).toHaveLength(1);
    expect(merged.commit.author?.name).toContain('Petra');
    expect(merged.files?.map(({ filename }) => filename).sort()).toEqual([
      'long.txt',
      'new.txt',
    ]);
  });

  it('does not merge what contradicts what was merged in the meantime', async () => {
    const from = await mainHead();
    const first = await open({ 'README.md': '# One\n' }, from);
    const second = await open({ 'README.md': '# Two\n' }, from);
    await petra.pulls.merge({ owner, repo, pull_number: first.number });
    const head = await mainHead();
    expect(await get(second.number)).toMatchObject({
      mergeable: false,
      mergeable_state: 'dirty',
    });
    expect(
      await refusalOf(
        petra.pulls.merge({ owner, repo, pull_number: second.number }),
      ),
    ).toMatchObject({ status: 409, message: 'Merge conflict in README.md' });
    expect(await mainHead()).toBe(head);
    expect(await textOf('README.md')).toBe('# One\n');
    await petra.pulls.update({
      owner,
      repo,
      pull_number: second.number,
      state: 'closed',
    });
  });

  it('keeps a merged pull request whole when its branch is deleted, and closes an open one', async () => {
    const { number, branch, sha } = await open({ 'gone.txt': 'a\n' });
    await petra.pulls.merge({ owner, repo, pull_number: number });
    await portal.git.deleteRef({ owner, repo, ref: `heads/${branch}` });
    expect(await get(number)).toMatchObject({
      merged: true,
      head: { ref: branch, sha },
      changed_files: 1,
    });
    const other = await open({ 'gone.txt': 'b\n' });
    await portal.git.deleteRef({ owner, repo, ref: `heads/${other.branch}` });
    expect(await get(other.number)).toMatchObject({
      state: 'closed',
      merged: false,
      head: { sha: other.sha },
    });
    expect(
      await refusalOf(
        petra.pulls.update({
          owner,
          repo,
          pull_number: other.number,
          state: 'open',
        }),
      ),
    ).toMatchObject({ status: 422 });
  });

  it('follows its branch while it is open', async () => {
    const { number, branch, sha } = await open({ 'follow.txt': '1\n' });
    await alice.repos.createOrUpdateFileContents({
      owner,
      repo,
      path: 'follow.txt',
      branch,
      message: 'Something else',
      content: Buffer.from('2\n').toString('base64'),
      sha: (
        (await portal.repos.getContent({
          owner,
          repo,
          path: 'follow.txt',
          ref: branch,
        })) as { data: { sha: string } }
      ).data.sha,
    });
    const pull = await get(number);
    expect(pull.head.sha).not.toBe(sha);
    expect(pull.commits).toBe(2);
    const { data } = await portal.repos.compareCommitsWithBasehead({
      owner,
      repo,
      basehead: `main...${branch}`,
    });
    expect(data.status).toBe('ahead');
    expect(
      data.commits.map(({ commit }) => commit.author?.name?.split(',')[0]),
    ).toEqual(['kMetal portal', 'Alice Albrecht']);
    expect(
      await refusalOf(
        petra.pulls.merge({ owner, repo, pull_number: number, sha }),
      ),
    ).toMatchObject({ status: 409 });
    await petra.pulls.update({
      owner,
      repo,
      pull_number: number,
      state: 'closed',
    });
    expect(await get(number)).toMatchObject({ state: 'closed', merged: false });
    const { data: listed } = await portal.pulls.list({
      owner,
      repo,
      state: 'open',
      head: `${owner}:${branch}`,
    });
    expect(listed).toEqual([]);
  });

  it('compares two commits each way', async () => {
    const main = await mainHead();
    const sha = await commitOn('aside', { 'aside.txt': 'x\n' });
    const compared = async (basehead: string) =>
      (await portal.repos.compareCommitsWithBasehead({ owner, repo, basehead }))
        .data.status;
    expect(await compared(`${main}...${main}`)).toBe('identical');
    expect(await compared(`${main}...${sha}`)).toBe('ahead');
    expect(await compared(`${sha}...${main}`)).toBe('behind');
    const other = await commitOn('aside-2', { 'other.txt': 'y\n' });
    expect(await compared(`${sha}...${other}`)).toBe('diverged');
  });

  it('refuses what GitHub refuses of a new pull request', async () => {
    const create = (head: string) =>
      refusalOf(
        portal.pulls.create({ owner, repo, head, base: 'main', title: 'x' }),
      );
    expect(await create('not-there')).toMatchObject({
      status: 422,
      errors: [{ field: 'head' }],
    });
    const { branch, number } = await open({ 'twice.txt': 'x\n' });
    expect(await create(branch)).toMatchObject({
      status: 422,
      errors: [
        { message: `A pull request already exists for kmetal:${branch}.` },
      ],
    });
    await petra.pulls.merge({ owner, repo, pull_number: number });
    expect(await create(branch)).toMatchObject({
      errors: [{ message: `No commits between main and ${branch}` }],
    });
  });

  it('keeps reviews, with the words, and whom it asked for one', async () => {
    const { number, sha } = await open({ 'review.txt': 'x\n' });
    const of = { owner, repo, pull_number: number };
    await portal.pulls.requestReviewers({ ...of, reviewers: ['petra'] });
    expect((await get(number)).requested_reviewers).toMatchObject([
      { login: 'petra' },
    ]);
    expect(
      await refusalOf(
        petra.pulls.createReview({ ...of, event: 'REQUEST_CHANGES' }),
      ),
    ).toMatchObject({ status: 422 });
    expect(
      await refusalOf(portal.pulls.createReview({ ...of, event: 'APPROVE' })),
    ).toMatchObject({ message: 'Can not approve your own pull request' });
    await petra.pulls.createReview({
      ...of,
      event: 'REQUEST_CHANGES',
      body: 'Too much.',
    });
    await petra.pulls.createReview({ ...of, event: 'APPROVE' });
    const { data } = await portal.pulls.listReviews(of);
    expect(
      data.map(({ user, state, body, commit_id }) => [
        user?.login,
        state,
        body,
        commit_id,
      ]),
    ).toEqual([
      ['petra', 'CHANGES_REQUESTED', 'Too much.', sha],
      ['petra', 'APPROVED', '', sha],
    ]);
    expect((await get(number)).requested_reviewers).toEqual([]);
    await petra.pulls.update({ ...of, state: 'closed' });
  });

  it('keeps statuses of commits, and one that is no success blocks the merge', async () => {
    const { number, sha } = await open({ 'gate.txt': 'x\n' });
    const status = (
      state: 'failure' | 'pending' | 'success',
      description: string,
    ) =>
      portal.repos.createCommitStatus({
        owner,
        repo,
        sha,
        state,
        context: 'kmetal-storage',
        description,
      });
    const combined = async () =>
      (await portal.repos.getCombinedStatusForRef({ owner, repo, ref: sha }))
        .data;
    expect(await combined()).toMatchObject({
      state: 'pending',
      sha,
      statuses: [],
    });
    await status('failure', 'More is used by now');
    expect(await get(number)).toMatchObject({ mergeable_state: 'blocked' });
    expect(
      await refusalOf(petra.pulls.merge({ owner, repo, pull_number: number })),
    ).toMatchObject({
      status: 405,
      message: 'Required status check "kmetal-storage" is failing.',
    });
    await status('pending', 'Waits until the driver is there');
    expect(
      await refusalOf(petra.pulls.merge({ owner, repo, pull_number: number })),
    ).toMatchObject({
      status: 405,
      message: 'Required status check "kmetal-storage" is pending.',
    });
    expect(await refusalOf(status('failure', 'x'.repeat(141)))).toMatchObject({
      status: 422,
    });
    await status('success', 'It fits');
    expect(await combined()).toMatchObject({
      state: 'success',
      statuses: [{ context: 'kmetal-storage', description: 'It fits' }],
    });
    await petra.pulls.merge({ owner, repo, pull_number: number });
    expect((await get(number)).merged).toBe(true);
  });

  it('merges what a status is required of once it is there', async () => {
    counter += 1;
    const head = `guarded.${counter}`;
    const sha = await commitOn(head, { 'required.txt': 'x\n' });
    const { data } = await portal.pulls.create({
      owner,
      repo,
      head,
      base: 'main',
      title: 'Required',
    });
    expect((await get(data.number)).mergeable_state).toBe('blocked');
    expect(
      await refusalOf(
        petra.pulls.merge({ owner, repo, pull_number: data.number }),
      ),
    ).toMatchObject({
      status: 405,
      message: 'Required status check "kmetal-storage" is expected.',
    });
    await portal.repos.createCommitStatus({
      owner,
      repo,
      sha,
      state: 'success',
      context: 'kmetal-storage',
    });
    await petra.pulls.merge({ owner, repo, pull_number: data.number });
  });

  it('takes labels', async () => {
    const { number } = await open({ 'label.txt': 'x\n' });
    await portal.issues.addLabels({
      owner,
      repo,
      issue_number: number,
      labels: ['storage'],
    });
    expect((await get(number)).labels).toMatchObject([{ name: 'storage' }]);
    await petra.pulls.update({
      owner,
      repo,
      pull_number: number,
      state: 'closed',
    });
  });

  it('answers 304 to who has seen it', async () => {
    const { headers } = await portal.repos.get({ owner, repo });
    expect(
      await refusalOf(
        portal.repos.get({
          owner,
          repo,
          headers: { 'if-none-match': headers.etag },
        }),
      ),
    ).toMatchObject({ status: 304 });
  });

  it('is not there for who has no token', async () => {
    const answers = await Promise.all(
      ['', '/pulls', '/tarball/main', '/commits/main/status'].map(path =>
        fetch(`${gitHost.url}/api/v3/repos/kmetal/fleet${path}`),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(
      await refusalOf(portal.repos.get({ owner, repo: 'other' })),
    ).toMatchObject({ status: 404 });
  });

  describe("with Backstage's own code", () => {
    const integrationsConfig = () =>
      new ConfigReader({
        integrations: {
          github: [
            {
              host: gitHost.host,
              apiBaseUrl: `${gitHost.url}/api/v3`,
              token: gitHost.portalToken,
            },
          ],
        },
      });

    const publish = async (
      branchName: string,
      files: Record<string, string>,
      more: object = {},
    ) => {
      const workspacePath = await mkdtemp(join(tmpdir(), 'kmetal-publish-'));
      try {
        for (const [path, text] of Object.entries(files)) {
          await mkdir(dirname(join(workspacePath, path)), { recursive: true });
          await writeFile(join(workspacePath, path), text);
        }
        const config = integrationsConfig();
        const action = createPublishGithubPullRequestAction({
          integrations: ScmIntegrations.fromConfig(config),
          config,
        });
        const outputs: Record<string, unknown> = {};
        await action.handler({
          ...createMockActionContext({
            workspacePath,
            input: {
              repoUrl: `${gitHost.host}?owner=kmetal&repo=fleet`,
              branchName,
              title: 'More storage for alpha',
              description: 'Please.',
              targetBranchName: 'main',
              commitMessage:
                'More storage\n\nKmetal-Storage-Change: muc-1/alpha quota',
              reviewers: ['petra'],
              createWhenEmpty: false,
              ...more,
            },
          }),
          output: (name: string, value: unknown) => {
            outputs[name] = value;
          },
        } as Parameters<typeof action.handler>[0]);
        return outputs as { remoteUrl?: string; pullRequestNumber?: number };
      } finally {
        await rm(workspacePath, { recursive: true, force: true });
      }
    };

    const BRANCH = 'kmetal-storage.muc-1.alpha.quota';

    it('publishes a change, then another on the same pull request, and nothing if nothing changes', async () => {
      const first = await publish(BRANCH, { [QUOTA]: quota('70Gi') });
      const number = first.pullRequestNumber!;
      expect(first.remoteUrl).toBe(
        `${gitHost.url}/kmetal/fleet/pull/${number}`,
      );
      const pull = await get(number);
      expect(pull).toMatchObject({
        title: 'More storage for alpha',
        changed_files: 1,
        requested_reviewers: [{ login: 'petra' }],
        base: { ref: 'main' },
        head: { ref: BRANCH },
      });
      const { data: commits } = await portal.pulls.listCommits({
        owner,
        repo,
        pull_number: number,
      });
      expect(commits.map(({ commit }) => commit.message)).toEqual([
        'More storage\n\nKmetal-Storage-Change: muc-1/alpha quota',
      ]);

      await expect(publish(BRANCH, { [QUOTA]: quota('80Gi') })).rejects.toThrow(
        /Pull request creation failed/,
      );

      const again = await publish(
        BRANCH,
        { [QUOTA]: quota('80Gi') },
        { update: true },
      );
      expect(again.pullRequestNumber).toBe(number);
      expect((await get(number)).head.sha).not.toBe(pull.head.sha);
      expect(await textOf(QUOTA, BRANCH)).toBe(quota('80Gi'));

      const unchanged = await publish(
        'kmetal-storage.muc-1.alpha.same',
        { [QUOTA]: await textOf(QUOTA) },
        { update: true },
      );
      expect(unchanged).toEqual({});

      await petra.pulls.merge({ owner, repo, pull_number: number });
      expect(await textOf(QUOTA)).toBe(quota('80Gi'));
    });

    it('opens a new pull request where the last one was merged from the same branch', async () => {
      const { pullRequestNumber } = await publish(
        BRANCH,
        { [QUOTA]: quota('90Gi') },
        { update: true },
      );
      expect(await get(pullRequestNumber!)).toMatchObject({
        state: 'open',
        commits: 1,
        changed_files: 1,
      });
      await petra.pulls.update({
        owner,
        repo,
        pull_number: pullRequestNumber!,
        state: 'closed',
      });
    });

    it('lets the URL reader read the tree, and says when it has not changed', async () => {
      const reader = UrlReaders.default({
        logger: mockServices.logger.mock(),
        config: integrationsConfig(),
      });
      const url = `${gitHost.url}/kmetal/fleet/tree/main`;
      const tree = await reader.readTree(url);
      expect(tree.etag).toBe(await mainHead());
      const files = await tree.files();
      const contents = new Map(
        await Promise.all(
          files.map(
            async ({ path, content }) => [path, await content()] as const,
          ),
        ),
      );
      expect(contents.get(QUOTA)?.toString()).toBe(await textOf(QUOTA));
      expect([...contents.get('logo.png')!]).toEqual([
        0x89, 0x50, 0, 0xff, 0xfe,
      ]);
      expect(contents.get(`${'deep/'.repeat(30)}file.yaml`)?.toString()).toBe(
        'a: 1\n',
      );
      await expect(
        reader.readTree(url, { etag: tree.etag }),
      ).rejects.toMatchObject({ name: 'NotModifiedError' });
      const archive = await (await reader.readTree(url)).archive();
      const entries: Record<string, string> = {};
      await pipeline(
        archive,
        tar.list({
          onReadEntry: ({ path, type, mode, linkpath }) => {
            entries[path.replace(/^[^/]*\//, '')] = `${type} ${mode?.toString(
              8,
            )} ${linkpath ?? ''}`.trim();
          },
        }),
      );
      expect(entries).toMatchObject({
        'run.sh': 'File 775',
        'README.md': 'File 664',
        'current.yaml': `SymbolicLink 777 ${QUOTA}`,
      });

      const single = await reader.readUrl(
        `${gitHost.url}/kmetal/fleet/blob/main/${QUOTA}`,
      );
      expect((await single.buffer()).toString()).toBe(await textOf(QUOTA));
    });
  });
});
