import { Octokit } from '@octokit/rest';
import { GitHost, startGitHost } from '../gitHost';
import { diffLinesOf } from './diffLines';
import { html } from './html';

const of = { owner: 'kmetal', repo: 'fleet' };

describe("the Git host's pages", () => {
  let gitHost: GitHost;
  let portal: Octokit;
  let counter = 0;

  beforeAll(async () => {
    gitHost = await startGitHost({
      repositories: {
        'kmetal/fleet': {
          'a/quota.yaml': 'hard: 50Gi\n',
          'a/<script>.yaml': '<b>"bold"</b>\n',
          link: { symlink: 'a/quota.yaml' },
        },
      },
    });
    portal = new Octokit({
      auth: gitHost.portalToken,
      baseUrl: `${gitHost.url}/api/v3`,
    });
  });
  afterAll(() => gitHost.stop());

  /** A pull request that raises the quota. */
  const open = async (title = 'More storage', body = 'Please.') => {
    counter += 1;
    const branch = `more-${counter}`;
    const { data: main } = await portal.git.getRef({
      ...of,
      ref: 'heads/main',
    });
    await portal.git.createRef({
      ...of,
      ref: `refs/heads/${branch}`,
      sha: main.object.sha,
    });
    const { data: file } = await portal.repos.getContent({
      ...of,
      path: 'a/quota.yaml',
    });
    await portal.repos.createOrUpdateFileContents({
      ...of,
      path: 'a/quota.yaml',
      branch,
      sha: (file as { sha: string }).sha,
      message: title,
      content: Buffer.from(`hard: ${60 + counter}Gi\n`).toString('base64'),
    });
    const { data } = await portal.pulls.create({
      ...of,
      head: branch,
      base: 'main',
      title,
      body,
    });
    return data;
  };

  const textOf = async (path: string) => {
    const answer = await fetch(new URL(path, gitHost.url));
    return { status: answer.status, text: await answer.text() };
  };

  const press = (
    url: string,
    action: string,
    form: Record<string, string>,
    headers: Record<string, string> = { origin: gitHost.url },
  ) =>
    fetch(`${url}/${action}`, {
      method: 'POST',
      headers,
      body: new URLSearchParams(form),
      redirect: 'manual',
    });

  it('show a pull request: title, description, gates, diff and people', async () => {
    const pull = await open('More storage', '**alice** asks\n\n| a |\n|---|\n');
    await portal.repos.createCommitStatus({
      ...of,
      sha: pull.head.sha,
      state: 'success',
      context: 'kmetal-storage',
      description: 'It fits',
    });
    const { status, text } = await textOf(pull.html_url);
    expect(status).toBe(200);
    for (const words of [
      'More storage <span class="number">#',
      '<strong>alice</strong> asks',
      '<table>',
      'It fits',
      'Can be merged into main.',
      '<td>hard: 50Gi</td>',
      `<td>hard: ${60 + counter}Gi</td>`,
    ]) {
      expect(text).toContain(words);
    }
    const people = [...text.matchAll(/<option\s+value="(\w+)"/g)].map(
      ([, login]) => login,
    );
    expect(people).toEqual(['petra', 'alice', 'bob']);
  });

  it('let somebody request changes with words, approve, and merge', async () => {
    const { html_url: url, number } = await open();
    const without = await press(url, 'request-changes', { as: 'petra' });
    expect(without.status).toBe(422);
    expect(await without.text()).toContain('Say in words what has to change.');
    for (const [action, words] of [
      ['request-changes', 'Less, please'],
      ['approve', ''],
      ['merge', ''],
    ]) {
      const answer = await press(url, action, { as: 'petra', words });
      expect([answer.status, answer.headers.get('location')]).toEqual([
        303,
        `/kmetal/fleet/pull/${number}?as=petra`,
      ]);
    }
    const { data: reviews } = await portal.pulls.listReviews({
      ...of,
      pull_number: number,
    });
    expect(reviews.map(({ state, body }) => [state, body])).toEqual([
      ['CHANGES_REQUESTED', 'Less, please'],
      ['APPROVED', ''],
    ]);
    const { data } = await portal.pulls.get({ ...of, pull_number: number });
    expect(data).toMatchObject({ merged: true, merged_by: { login: 'petra' } });
    const { text } = await textOf(url);
    expect(text).toContain('Less, please');
    expect(text).toMatch(/Merged as [0-9a-f]{7} into main/);
    expect(text).not.toContain('<form');
  });

  it('let somebody close, and say why what can not be done was not done', async () => {
    const { html_url: url, number } = await open();
    const closed = await press(url, 'close', { as: 'alice' });
    expect(closed.status).toBe(303);
    const { data } = await portal.pulls.get({ ...of, pull_number: number });
    expect(data).toMatchObject({ state: 'closed', merged: false });
    const merged = await press(url, 'merge', { as: 'petra' });
    expect(merged.status).toBe(405);
    expect(await merged.text()).toContain('Pull Request is not mergeable');
    const stranger = await press(url, 'approve', { as: 'mallory' });
    expect(stranger.status).toBe(422);
  });

  it('do not listen to pages of other hosts', async () => {
    const { html_url: url, number } = await open();
    for (const headers of [
      { origin: 'http://localhost:7007' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ] as Array<Record<string, string>>) {
      const answer = await press(url, 'merge', { as: 'petra' }, headers);
      expect(answer.status).toBe(403);
    }
    const { data } = await portal.pulls.get({ ...of, pull_number: number });
    expect(data.state).toBe('open');
  });

  it('run nothing that somebody wrote', async () => {
    const pull = await open(
      '<script>alert(1)</script>',
      '<img src=x onerror=alert(1)> [click](javascript:alert(1)) <script>alert(1)</script>',
    );
    const answer = await fetch(pull.html_url);
    expect(answer.headers.get('content-security-policy')).toContain(
      "default-src 'none'",
    );
    const text = await answer.text();
    expect(text).not.toContain('<script');
    expect(text).not.toContain('<img');
    expect(text).not.toContain('href="javascript');
    const { text: file } = await textOf(
      '/kmetal/fleet/blob/main/a/%3Cscript%3E.yaml',
    );
    expect(file).toContain('&lt;b&gt;&quot;bold&quot;&lt;/b&gt;');
    expect(file).not.toContain('<script');
  });

  it('have the addresses that GitHub has', async () => {
    const pull = await open();
    const { text: list } = await textOf('/kmetal/fleet');
    expect(list).toContain(`/kmetal/fleet/pull/${pull.number}`);
    expect(list).toContain('/kmetal/fleet/blob/main/a/quota.yaml');
    const { data: commits } = await portal.pulls.listCommits({
      ...of,
      pull_number: pull.number,
    });
    for (const address of [
      '/',
      '/kmetal/fleet/pulls',
      `${pull.html_url}/files`,
      commits[0].html_url,
      '/kmetal/fleet/blob/main/link',
    ]) {
      expect([address, (await textOf(address)).status]).toEqual([address, 200]);
    }
    for (const address of [
      '/kmetal/fleet/pull/999',
      '/kmetal/fleet/blob/main/not-there.yaml',
      '/kmetal/other',
    ]) {
      expect([address, (await textOf(address)).status]).toEqual([address, 404]);
    }
  });
});

describe('a diff', () => {
  it('numbers its lines before and after', () => {
    expect(
      diffLinesOf(
        '@@ -3,3 +3,3 @@ spec:\n same\n-old\n+new\n\\ No newline at end of file',
      ),
    ).toEqual([
      { kind: 'gap', text: '@@ -3,3 +3,3 @@ spec:' },
      { kind: 'same', before: 3, after: 3, text: 'same' },
      { kind: 'removed', before: 4, text: 'old' },
      { kind: 'added', after: 4, text: 'new' },
      { kind: 'note', text: 'No newline at end of file' },
    ]);
  });
});

describe('HTML', () => {
  it('escapes what is put in, and shows marks that turn text around', () => {
    expect(
      html`<a title="${`"'&<>`}">${['a', html`<b></b>`, 'x\u202ey', false]}</a>`
        .text,
    ).toBe('<a title="&quot;&#39;&amp;&lt;&gt;">a<b></b>x\\u202ey</a>');
  });
});
