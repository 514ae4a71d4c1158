import { GitOpsError } from '../../gitops';
import { shownText } from '../../gitops/shownText';

/** Folders that a node's system lives in, or that vanish with the next boot. Below /var, /opt, /srv, /mnt, /media, /data and /home there is room for volumes. */
const SYSTEM = [
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/lib',
  '/lib32',
  '/lib64',
  '/proc',
  '/root',
  '/run',
  '/sbin',
  '/sys',
  '/tmp',
  '/usr',
  '/var/cache',
  '/var/lib/containerd',
  '/var/lib/docker',
  '/var/lib/etcd',
  '/var/lib/kubelet',
  '/var/lib/rancher',
  '/var/log',
  '/var/run',
  '/var/tmp',
];

/** Folders in which volumes may have a folder, but which are not theirs alone. */
const SHARED = ['/home', '/media', '/mnt', '/opt', '/srv', '/var', '/var/lib'];

function refused(text: string, field: string, because: string): GitOpsError {
  return new GitOpsError({
    code: 'pathOfNodeInvalid',
    field,
    problem: `${shownText(text)} ${because}.`,
    remedy: 'Give the full path of a folder, such as /var/data/tenant.',
  });
}

/** Whether one path is the other, or inside it. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/**
 * Checks an absolute path that is written as it is: one way to write it, no way out of it.
 *
 * @throws GitOpsError `pathOfNodeInvalid`, with the field.
 */
export function absolutePath(text: string, field: string): string {
  if (text.length > 255) {
    throw refused(text, field, 'is longer than 255 characters');
  }
  if (!text.startsWith('/')) {
    throw refused(text, field, 'is not absolute');
  }
  if (!/^[A-Za-z0-9._/-]+$/.test(text)) {
    throw refused(
      text,
      field,
      'has other characters than letters, digits, dots, dashes, underscores and slashes in it',
    );
  }
  const parts = text.split('/').slice(1);
  if (text !== '/' && parts.some(part => part === '' || part === '.')) {
    throw refused(
      text,
      field,
      'is not written plainly: it has doubled slashes, a dot or a slash at its end',
    );
  }
  if (parts.includes('..')) {
    throw refused(text, field, 'has .. in it');
  }
  return text;
}

/**
 * Checks a folder of a node that volumes may be made in.
 *
 * @throws GitOpsError `pathOfNodeInvalid`, with the field.
 */
export function hostPath(text: string, field: string): string {
  const path = absolutePath(text, field);
  if (path === '/') {
    throw refused(text, field, "is the node's whole file system");
  }
  const system = SYSTEM.find(each => isInside(path, each));
  if (system !== undefined) {
    throw refused(text, field, `is in ${system}, which is the node's own`);
  }
  if (SHARED.includes(path)) {
    throw refused(text, field, 'holds more than volumes');
  }
  return path;
}
