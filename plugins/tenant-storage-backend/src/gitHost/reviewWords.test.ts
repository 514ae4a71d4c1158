import { reviewWords } from './reviewWords';

describe('what a reviewer wrote', () => {
  it('is told as it reads: without comments, controls and turned text', () => {
    expect(
      reviewWords(' Too much.<!-- bot:1 -->\r\nTry \u001b[31m55Gi\u202e. '),
    ).toBe('Too much.\nTry [31m55Gi.');
    expect(reviewWords('Less.<!-- <!-- a --> Please.<!-- never ends')).toBe(
      'Less. Please.',
    );
  });

  it('is told at once, however it is made', () => {
    const begun = performance.now();
    expect(reviewWords('<!--'.repeat(250_000))).toBe('');
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  it('is not told endlessly', () => {
    expect(reviewWords('x'.repeat(5_000))).toBe(`${'x'.repeat(2_000)}…`);
  });
});
