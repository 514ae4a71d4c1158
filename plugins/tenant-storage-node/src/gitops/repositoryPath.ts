import { GitOpsError } from './gitOpsError';
import { shownText } from './shownText';

function refused(path: string, field: string, because: string): GitOpsError {
  return new GitOpsError({
    code: 'pathInvalid',
    field,
    problem: `${shownText(path)} ${because}.`,
    remedy:
      'Give a path inside the repository, with slashes, such as tenants/alpha/quota.yaml.',
  });
}

/**
 * Checks that a path names a file inside the repository that a change may write.
 *
 * @param field - where the path comes from, for the message.
 * @returns the path, with `.` parts and doubled slashes taken out.
 * @throws GitOpsError `pathInvalid` for what is absolute, leaves the repository, or would change what runs in it.
 * @public
 */
export function repositoryPath(path: string, field: string): string {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(path)) {
    throw refused(path, field, 'has a control character in it');
  }
  if (path.includes('\\')) {
    throw refused(path, field, 'has a backslash in it');
  }
  if (path.startsWith('/') || path.startsWith('~') || /^[a-z]:/i.test(path)) {
    throw refused(path, field, 'is absolute');
  }
  const parts = path.split('/').filter(part => part !== '' && part !== '.');
  if (parts.length === 0 || path.endsWith('/')) {
    throw refused(path, field, 'names no file');
  }
  for (const part of parts) {
    let decoded = part;
    try {
      decoded = decodeURIComponent(part);
    } catch {
      // A bare % is a legal name; only what decodes to something else is looked at.
    }
    if (decoded === '..' || /[\\/]/.test(decoded)) {
      throw refused(path, field, 'leaves the repository');
    }
    // Git itself refuses these on file systems that ignore case, or trailing dots and spaces: .GIT, ".git ", git~1.
    if (/^(\.git|git~1)[. ]*$/i.test(decoded)) {
      throw refused(path, field, "is inside Git's own folder");
    }
  }
  const lower = parts.map(part => part.toLowerCase());
  if (
    lower[0] === '.github' &&
    (lower[1] === 'workflows' || lower[1] === 'actions')
  ) {
    throw refused(path, field, 'is where the repository keeps what it runs');
  }
  return parts.join('/');
}

/** The folder of a path; '' is the repository itself. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/**
 * Where `reference` leads from `folder`, as kustomize reads it.
 *
 * @returns undefined if it leaves the repository or is a URL.
 */
export function resolvedFrom(
  folder: string,
  reference: string,
): string | undefined {
  if (reference.includes('://') || reference.startsWith('/')) {
    return undefined;
  }
  const parts = folder ? folder.split('/') : [];
  for (const part of reference.split('/')) {
    if (part === '..') {
      if (parts.length === 0) return undefined;
      parts.pop();
    } else if (part !== '' && part !== '.') {
      parts.push(part);
    }
  }
  return parts.join('/');
}

/** Whether a file is in a folder, at any depth. */
export function isUnder(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/** A folder from settings: '', '.' and './' are the repository itself. */
export function repositoryFolder(folder: string, field: string): string {
  const trimmed = folder.replace(/\/+$/, '');
  if (/^(\.|\.?\/?)$/.test(trimmed) && !folder.startsWith('/')) {
    return '';
  }
  return repositoryPath(trimmed === '' ? folder : trimmed, field);
}
