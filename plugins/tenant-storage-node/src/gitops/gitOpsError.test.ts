import { GitOpsError, refusalText } from './gitOpsError';

const PARTS = {
  code: 'notScalar',
  problem: 'quota is no single value.',
  remedy: 'Correct the path.',
} as const;

describe('a refusal', () => {
  it('keeps the problem and the remedy apart, and tells each once in its message', () => {
    const error = new GitOpsError({
      ...PARTS,
      field: 'locators.quota',
      file: 'alpha.yaml',
      line: 3,
    });
    expect(error).toMatchObject({
      name: 'InputError',
      problem: 'quota is no single value.',
      remedy: 'Correct the path.',
      message:
        'locators.quota, alpha.yaml:3: quota is no single value. Correct the path.',
    });
  });

  it.each([
    [{}, ''],
    [{ field: 'size' }, 'size: '],
    [{ field: null, file: 'a.yaml', line: null }, 'a.yaml: '],
    [{ file: 'a.yaml', line: 7 }, 'a.yaml:7: '],
  ])('of %j starts with where it is: "%s"', (about, start) => {
    expect(refusalText({ ...PARTS, ...about })).toBe(
      `${start}quota is no single value. Correct the path.`,
    );
  });
});
