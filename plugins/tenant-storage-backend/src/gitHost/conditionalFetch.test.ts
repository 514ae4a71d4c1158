import { conditionalFetch } from './conditionalFetch';
import { TestServer } from './httpServer.test.server';

describe('asking a Git host whether a known answer still holds', () => {
  const server = new TestServer((_, { pathname }) => ({
    status: 200,
    body: pathname.padEnd(1_000, '.'),
  }));
  beforeAll(() => server.start());
  afterAll(() => server.stop());
  beforeEach(() => server.take());

  function asking(mostKept?: number) {
    const ask = conditionalFetch({
      host: server.host,
      timeoutMs: 60_000,
      mostKept,
    });
    return async (path: string) => {
      const answer = await ask(`http://${server.host}${path}`);
      expect(await answer.json()).toBe(path.padEnd(1_000, '.'));
      return server.take()[0].status;
    };
  }

  it('gives the same answer without its being sent again', async () => {
    const ask = asking();
    expect([await ask('/a'), await ask('/b')]).toEqual([200, 200]);
    expect([await ask('/a'), await ask('/b')]).toEqual([304, 304]);
  });

  it('keeps no more than it may, and forgets what was used longest ago', async () => {
    const ask = asking(2_500);
    await ask('/a');
    await ask('/b');
    expect(await ask('/a')).toBe(304);
    expect(await ask('/c')).toBe(200);
    expect([await ask('/a'), await ask('/c')]).toEqual([304, 304]);
    expect(await ask('/b')).toBe(200);
  });
});
