import type { ServerResponse } from 'node:http';
import { mockCredentials } from '@backstage/backend-test-utils';
import type { NewStorageRequest } from '@kmetal/backstage-plugin-tenant-storage-common';
import {
  MANIFEST,
  PORTAL_TOKEN,
  QuotaActionBench,
  WISH,
} from '../quotaAction.test.bench';
import { factsOf, LIVE } from '../tenantStorageBackend.test.server';

const bench = new QuotaActionBench();
const { backend, gitHost } = bench;

beforeAll(() => bench.start());
afterAll(() => bench.stop());
beforeEach(() => {
  bench.reset();
  backend.facts = factsOf();
});

const pullRequest = { number: 7, url: 'https://github.com/acme/fleet/pull/7' };

/** A request that is open, as the backend tells of it. */
function openRequest(
  wish: Partial<NewStorageRequest> = {},
  parts: Partial<NonNullable<typeof backend.openRequest>> = {},
) {
  const { host, repository } = bench.repository();
  return {
    request: backend.requestOf(
      {
        ...WISH,
        change: 'quota',
        host,
        repository,
        before: `${LIVE}`,
        ...wish,
      },
      { state: 'opened', pullRequest },
    ),
    mergeable: true,
    ...parts,
  };
}

/** Why something is published again. */
interface Again {
  wish?: Partial<typeof WISH>;
  open?: Parameters<typeof openRequest>[1];
  branch?: string;
}

const BRANCH = 'kmetal-storage.muc-1.alpha.quota';
const WISHED = MANIFEST.replace('50Gi #', '60Gi #');

describe('kmetal:storage:quota', () => {
  it('writes the one file that changes, by one line, and says where it goes', async () => {
    backend.reviewers = { users: ['petra'], teams: ['acme/platform'] };
    const outputs = await bench.run();
    expect(bench.files()).toEqual({ tenants: { 'alpha.yaml': WISHED } });
    expect(outputs).toEqual({
      changed: true,
      branch: BRANCH,
      title: 'Storage quota of alpha in muc-1: raised from 50Gi to 60Gi',
      description: expect.stringContaining('The database grows.'),
      commitMessage:
        'Storage quota of alpha in muc-1: raised from 50Gi to 60Gi\n\nKmetal-Storage-Change: muc-1/alpha quota 60Gi',
      sourcePath: 'kmetal-storage-change',
      files: [{ path: 'tenants/alpha.yaml', status: 'changed' }],
      repoUrl: `${gitHost.host}?owner=acme&repo=fleet`,
      host: gitHost.host,
      provider: 'github',
      targetBranch: 'main',
      reviewers: ['petra'],
      teamReviewers: ['platform'],
      summary: 'Storage quota of alpha in muc-1: raised from 50Gi to 60Gi.',
    });
  });

  it('records what is about to be asked for, on behalf of who started the task', async () => {
    await bench.run();
    expect(backend.calls).toEqual([
      'POST /v1/changes/quota/facts',
      'POST /v1/requests',
    ]);
    expect(backend.recorded).toEqual([
      {
        ...WISH,
        change: 'quota',
        host: gitHost.host,
        repository: 'acme/fleet',
        before: `${LIVE}`,
      },
    ]);
    for (const authorization of backend.authorizations) {
      expect(authorization).toBe(
        mockCredentials.service.header({
          onBehalfOf: mockCredentials.user('user:default/alice'),
          targetPluginId: 'tenant-storage',
        }),
      );
    }
  });

  it('reads the repository once, with the credentials of the portal', async () => {
    await bench.run();
    expect(gitHost.calls).toEqual([
      'GET /api/repos/acme/fleet/commits/main/status',
      'GET /api/repos/acme/fleet/tarball/main',
    ]);
    expect([...gitHost.tokens]).toEqual([`Bearer ${PORTAL_TOKEN}`]);
  });

  it("leaves the target branch to the repository's default where none is configured", async () => {
    backend.repositories = [bench.repository({ branch: null })];
    expect(await bench.run()).not.toHaveProperty('targetBranch');
  });

  it('tells the approver of the fleet, and the log tells the requester nothing of it', async () => {
    const { description } = await bench.run();
    expect(description).toContain('All quotas of the class together');
    expect(bench.log).toContain('+    tenant-storage-class');
    expect(bench.log).not.toMatch(/neighbours|beta|All quotas/);
  });

  it('says that nothing is needed if Git says so already, and records nothing', async () => {
    const outputs = await bench.run({ size: '50Gi' });
    expect(outputs).toEqual({
      changed: false,
      files: [],
      summary: expect.stringMatching(/50 Gi in Git already; it is live/),
    });
    expect(bench.log).toContain('in Git already');
    expect(backend.recorded).toEqual([]);
  });

  it('says which request still asks for something else if Git says so already', async () => {
    backend.openRequest = openRequest({ size: '80Gi' });
    const { summary } = await bench.run({ size: '50Gi' });
    expect(summary).toContain(`${pullRequest.url} still asks for 80Gi`);
  });

  it('starts from a clean folder, so that a task that starts over sends nothing else', async () => {
    await bench.run({ size: '70Gi' });
    bench.workspace.addContent({
      'kmetal-storage-change/left/over.yaml': 'a: 1',
    });
    await bench.run();
    expect(bench.files()).toEqual({ tenants: { 'alpha.yaml': WISHED } });
    bench.workspace.clear();
    await bench.run();
    expect(bench.files()).toEqual({ tenants: { 'alpha.yaml': WISHED } });
  });

  it('is planned on the head of the target branch, wherever that has moved to', async () => {
    await bench.run();
    gitHost.branches.set('main', {
      'tenants/alpha.yaml': MANIFEST.replace('in May', 'in June'),
    });
    await bench.run();
    expect(bench.files()).toEqual({
      tenants: { 'alpha.yaml': WISHED.replace('in May', 'in June') },
    });
  });
});

describe('a request that is open already', () => {
  beforeEach(() => {
    backend.openRequest = openRequest();
    gitHost.branches.set(BRANCH, { 'tenants/alpha.yaml': WISHED });
  });

  it('is left alone if it says the same, so that its approvals stay', async () => {
    const outputs = await bench.run();
    expect(outputs).toEqual({
      changed: false,
      branch: BRANCH,
      files: [],
      openPullRequest: pullRequest.url,
      summary: expect.stringContaining(
        `${pullRequest.url} asks for 60Gi already`,
      ),
    });
    expect(bench.log).toContain('asks for 60Gi already');
    expect(backend.recorded).toEqual([]);
    expect(bench.workspace.content()).toEqual({});
  });

  it.each<[string, Again]>([
    ['the wish is another one', { wish: { size: '80Gi' } }],
    ['it conflicts with the target branch', { open: { mergeable: false } }],
    [
      'its branch never got what was recorded',
      { branch: MANIFEST.replace('50Gi #', '55Gi #') },
    ],
    [
      'its title is still that of the wish before',
      {
        open: {
          title: 'Storage quota of alpha in muc-1: raised from 50Gi to 55Gi',
        },
      },
    ],
    ['the reason is another one', { wish: { reason: 'We were asked why.' } }],
  ])('is published again if %s', async (_, { wish, open, branch }: Again) => {
    backend.openRequest = openRequest({}, open);
    if (branch) gitHost.branches.set(BRANCH, { 'tenants/alpha.yaml': branch });
    const outputs = await bench.run(wish);
    expect(outputs).toMatchObject({
      changed: true,
      branch: BRANCH,
      openPullRequest: pullRequest.url,
    });
    expect(backend.recorded).toHaveLength(1);
  });

  it.each([
    ['somebody gave it a title of their own', { title: 'More for alpha!' }],
    ['whether it can be merged is not known yet', { mergeable: null }],
  ])('is left alone if it says the same and %s', async (_, open) => {
    backend.openRequest = openRequest({}, open);
    expect(await bench.run()).toMatchObject({ changed: false });
  });

  it('keeps an approval for which only the reason would be another', async () => {
    const open = openRequest();
    open.request.state = 'approved';
    backend.openRequest = open;
    const outputs = await bench.run({ reason: 'Said better.' });
    expect(outputs).toMatchObject({ changed: false });
  });

  it('is published again if its branch is not there to be read', async () => {
    gitHost.branches.delete(BRANCH);
    expect(await bench.run()).toMatchObject({ changed: true });
    expect(bench.log).toContain("can't be read, so it is proposed again");
  });

  it('is never written over where others have worked on it', async () => {
    backend.openRequest = openRequest({ size: '80Gi' });
    backend.commitsOfOthers.set('acme/fleet', [
      { sha: '0123456789abcdef', author: 'petra', title: 'A comment' },
    ]);
    const { name, message } = await bench.failure();
    expect(name).toBe('ConflictError');
    expect(message).toContain('0123456 by petra: A comment');
    expect(message).toContain(BRANCH);
    expect(message).toContain(pullRequest.url);
    expect(backend.recorded).toEqual([]);
    expect(bench.workspace.content()).toEqual({});
  });

  it('is not joined by a second one in another repository', async () => {
    backend.openRequest = openRequest({ repository: 'acme/old-fleet' });
    const { message } = await bench.failure();
    expect(message).toContain(`${pullRequest.url} for the same quota is open`);
    expect(backend.recorded).toEqual([]);
  });
});

describe('a branch without an open request', () => {
  const commit = (index: number) => ({
    sha: `${index}123456789abcdef`,
    author: 'petra',
    title: `By hand ${index}`,
  });

  it('with commits of others is left alone, and what to do is said', async () => {
    backend.commitsOfOthers.set(
      'acme/fleet',
      Array.from({ length: 7 }, (_, index) => commit(index)),
    );
    for (const isDryRun of [false, true]) {
      const { name, message } = await bench.failure({}, { isDryRun });
      expect(name).toBe('ConflictError');
      expect(message).toContain(`the branch ${BRANCH} of acme/fleet`);
      expect(message).toContain('4123456 by petra: By hand 4; and 2 more');
      expect(message).toContain('delete the branch');
    }
    expect(backend.recorded).toEqual([]);
    expect(bench.workspace.content()).toEqual({});
  });

  it('matters in the repository that the change goes to', async () => {
    backend.repositories = [
      bench.repository({ repository: 'acme/apps', branch: 'apps' }),
      bench.repository(),
    ];
    gitHost.branches.set('apps', { 'README.md': 'Apps.' });
    backend.commitsOfOthers.set('acme/apps', [commit(1)]);
    expect(await bench.run()).toMatchObject({ changed: true });
  });

  it('that nobody can be asked about is said to be so', async () => {
    backend.commitsOfOthers.set('acme/fleet', null);
    expect(await bench.run()).toMatchObject({ changed: true });
    expect(bench.log).toContain("can't ask");
  });
});

describe('a dry run', () => {
  it('records nothing, and shows the requester no file of others', async () => {
    const outputs = await bench.run({}, { isDryRun: true });
    expect(outputs).toMatchObject({ changed: true, branch: BRANCH });
    expect(outputs.description).not.toContain('All quotas');
    expect(backend.recorded).toEqual([]);
    expect(bench.files()).toEqual({
      'change.diff': expect.stringContaining('60Gi'),
      'description.md': expect.stringContaining('The database grows.'),
    });
    expect(JSON.stringify(bench.files())).not.toMatch(/neighbours|beta/);
  });
});

describe('credentials', () => {
  it('of the user read the repository if the form asked for them, and appear nowhere', async () => {
    const outputs = await bench.run({ token: 'gho_aliceOwn' });
    expect([...gitHost.tokens]).toEqual(['Bearer gho_aliceOwn']);
    expect(JSON.stringify([outputs, bench.log, bench.files()])).not.toContain(
      'gho_aliceOwn',
    );
    expect(backend.recorded[0]).not.toHaveProperty('token');
  });

  it('of the user are needed where the portal says so', async () => {
    const options = { requireScmUserCredentials: true };
    const { message } = await bench.failure({}, options);
    expect(message).toMatch(/^token: .*scaffolder.requireScmUserCredentials/);
    expect(gitHost.calls).toEqual([]);
    expect(await bench.run({ token: 'gho_aliceOwn' }, options)).toMatchObject({
      changed: true,
    });
  });

  it('of the user go to no second Git host', async () => {
    backend.repositories = [
      bench.repository(),
      bench.repository({ url: 'https://github.com/a/b', host: 'github.com' }),
    ];
    const { message } = await bench.failure({ token: 'gho_aliceOwn' });
    expect(message).toMatch(/^token: .*several Git hosts/);
    expect(gitHost.calls).toEqual([]);
  });

  it('of a service ask for nothing', async () => {
    const { message } = await bench.failure(
      {},
      { credentials: mockCredentials.service('external:ci') },
    );
    expect(message).toContain('asked for by a person');
    expect(backend.calls).toEqual([]);
  });
});

describe('the backend', () => {
  const facts = '/v1/changes/quota/facts';

  it.each([
    [400, 'InputError'],
    [401, 'AuthenticationError'],
    [403, 'NotAllowedError'],
    [404, 'NotFoundError'],
    [409, 'ConflictError'],
    [503, 'ServiceUnavailableError'],
  ])(
    'says why it does not answer (%s), in the task’s log',
    async (status, name) => {
      backend.errors.set(facts, { status, message: 'In its own words.' });
      const error = await bench.failure();
      expect(error.name).toBe(name);
      expect(error.message).toContain('In its own words.');
      expect(gitHost.calls).toEqual([]);
    },
  );

  it('that is not there is told of in words, without its address', async () => {
    const spy = jest
      .spyOn(backend, 'url', 'get')
      .mockReturnValue('http://127.0.0.1:1/api/tenant-storage');
    const { message } = await bench.failure();
    spy.mockRestore();
    expect(message).toMatch(
      /backend can not be reached.*Nothing was asked for/,
    );
    expect(message).not.toContain('127.0.0.1');
  });

  it('that records nothing lets nothing be published', async () => {
    backend.errors.set('/v1/requests', {
      status: 503,
      message: 'No database.',
    });
    const { message } = await bench.failure();
    expect(message).toContain('No database.');
  });
});

describe('the Git host', () => {
  const NOTHING_DONE = () => {
    expect(backend.recorded).toEqual([]);
    expect(bench.workspace.content()).toEqual({});
  };

  it.each<[string, (response: ServerResponse) => unknown, RegExp]>([
    ['is down', response => response.destroy(), /can not be reached/],
    [
      'limits the rate with 403',
      response =>
        response.writeHead(403, { 'x-ratelimit-remaining': '0' }).end(),
      /limits how often it is asked/,
    ],
    [
      'limits the rate with 429',
      response => response.writeHead(429).end(),
      /limits how often it is asked \(429\)/,
    ],
    ['fails', response => response.writeHead(502).end(), /\(502\)/],
    ['never answers', () => undefined, /takes too long/],
  ])(
    'that %s is named, nothing is half done, and it is safely repeated',
    async (_, answer, words) => {
      gitHost.trouble = response => {
        answer(response);
        return true;
      };
      const error = await bench.failure({}, { timeoutMs: 500 });
      expect(error.name).toBe('ServiceUnavailableError');
      expect(error.message).toMatch(words);
      expect(error.message).toContain(gitHost.host);
      expect(error.message).not.toContain(PORTAL_TOKEN);
      NOTHING_DONE();
      gitHost.trouble = undefined;
      expect(await bench.run()).toMatchObject({ changed: true });
    },
  );

  it('that fails between commit and archive is named, and nothing is half done', async () => {
    gitHost.trouble = (response, call) => {
      if (!call.includes('tarball')) return false;
      response.writeHead(500).end();
      return true;
    };
    const { message } = await bench.failure();
    expect(message).toContain('(500)');
    NOTHING_DONE();
  });

  it('whose archive breaks off is named, and nothing is half done', async () => {
    gitHost.trouble = (response, call) => {
      if (!call.includes('tarball')) return false;
      response.writeHead(200, { 'content-length': '100000' });
      response.write(Buffer.from([0x1f, 0x8b]), () => response.destroy());
      return true;
    };
    const { name } = await bench.failure({}, { timeoutMs: 2000 });
    expect(name).toBe('ServiceUnavailableError');
    NOTHING_DONE();
  });
});
