import { branchName } from './branchName';
import { refusalOf } from './refusal.testing';
import { repositoryFolder, repositoryPath } from './repositoryPath';

describe('a path that a change may write', () => {
  it.each([
    '/etc/passwd',
    'C:\\windows',
    'c:/windows',
    '~/x',
    '../x.yaml',
    'a/../../x.yaml',
    'a/%2e%2e/x.yaml',
    'a%2f..%2fx.yaml',
    'a\\..\\x.yaml',
    '.git/config',
    'a/.GIT/config',
    '.git./config',
    'a/git~1/config',
    '.github/workflows/x.yaml',
    '.GitHub/Workflows/x.yaml',
    './.github//workflows/x.yaml',
    'a\u0000.yaml',
    'a\nb.yaml',
    'a/',
    '',
    '.',
  ])('is not %j', path => {
    const error = refusalOf(() => repositoryPath(path, 'newFiles.quota'));
    expect(error).toMatchObject({
      name: 'InputError',
      code: 'pathInvalid',
      field: 'newFiles.quota',
    });
    expect(error.message).toContain('newFiles.quota');
    // eslint-disable-next-line no-control-regex
    expect(error.message).not.toMatch(/[\u0000-\u001f]/);
  });

  it.each([
    ['tenants/alpha/quota.yaml', 'tenants/alpha/quota.yaml'],
    ['./tenants//alpha/./quota.yaml', 'tenants/alpha/quota.yaml'],
    ['.github/dependabot.yml', '.github/dependabot.yml'],
    ['a/..b/100%.yaml', 'a/..b/100%.yaml'],
    ['.gitignore', '.gitignore'],
  ])('may be %j', (path, expected) => {
    expect(repositoryPath(path, 'path')).toBe(expected);
  });

  it.each(['', '.', './'])('may be below the repository itself: %j', folder => {
    expect(repositoryFolder(folder, 'root')).toBe('');
  });

  it('is not below a root outside the repository', () => {
    expect(refusalOf(() => repositoryFolder('/', 'root')).field).toBe('root');
    expect(repositoryFolder('clusters/test/', 'root')).toBe('clusters/test');
  });
});

describe('the name of a branch', () => {
  it.each([
    'a..b',
    '-x',
    'x.lock',
    'refs/heads/x',
    '',
    'a b',
    '@',
    'a@{1}',
    '.a',
    'a.',
    'a//b',
    'a\u202eb',
  ])('is not %j', name => {
    expect(refusalOf(() => branchName(name, 'targetBranch'))).toMatchObject({
      code: 'branchInvalid',
      field: 'targetBranch',
    });
  });

  it('may have dots and dashes', () => {
    expect(branchName('kmetal-storage.test.alpha.quota', 'branch')).toBe(
      'kmetal-storage.test.alpha.quota',
    );
  });
});
