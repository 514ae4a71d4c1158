import { GitHost, startGitHost } from './gitHost';

describe('a Git host in trouble', () => {
  let gitHost: GitHost;

  beforeAll(async () => {
    gitHost = await startGitHost({
      repositories: { 'kmetal/fleet': { 'README.md': '# Fleet\n' } },
    });
  });
  afterEach(() => gitHost.setTrouble(undefined));
  afterAll(() => gitHost.stop());

  const ask = (path = '') =>
    fetch(`${gitHost.url}/api/v3/repos/kmetal/fleet${path}`, {
      headers: { authorization: `token ${gitHost.portalToken}` },
    });

  it('resets connections while it is down, and answers again afterwards', async () => {
    gitHost.setTrouble({ kind: 'down' });
    await expect(ask()).rejects.toThrow('fetch failed');
    await expect(fetch(`${gitHost.url}/`)).rejects.toThrow('fetch failed');
    gitHost.setTrouble(undefined);
    expect((await ask()).status).toBe(200);
  });

  it.each([403, 429] as const)(
    'limits the rate with %s, and says when to come back',
    async status => {
      gitHost.setTrouble({ kind: 'rateLimited', status, retryAfter: 7 });
      const answer = await ask();
      expect(answer.status).toBe(status);
      expect(answer.headers.get('x-ratelimit-remaining')).toBe('0');
      expect(answer.headers.get('retry-after')).toBe('7');
      expect((await answer.json()).message).toContain('rate limit exceeded');
    },
  );

  it('answers late', async () => {
    gitHost.setTrouble({ kind: 'slow', seconds: 0.3 });
    const started = performance.now();
    expect((await ask()).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(250);
  });

  it('fails in the middle', async () => {
    gitHost.setTrouble({ kind: 'failing', status: 503, after: 2 });
    const statuses = [];
    for (let turn = 0; turn < 4; turn++) {
      statuses.push((await ask()).status);
    }
    expect(statuses).toEqual([200, 200, 503, 503]);
  });

  it('remembers what its API was asked, once', async () => {
    gitHost.takeRequests();
    await ask('/pulls?state=open');
    await fetch(`${gitHost.url}/`);
    expect(gitHost.takeRequests()).toEqual(['GET /repos/kmetal/fleet/pulls']);
    expect(gitHost.takeRequests()).toEqual([]);
  });
});
