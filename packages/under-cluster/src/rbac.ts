import { User } from './authentication';
import { Json, KubeObject } from './object';
import { RequestInfo } from './requestInfo';
import { builtInResource } from './resources';
import { Storage, storageKey } from './storage';

/** A decision and its reason, as SelfSubjectAccessReview shows it. */
export interface Decision {
  allowed: boolean;
  reason: string;
}

const GROUP = 'rbac.authorization.k8s.io';
const ROLES = storageKey(builtInResource('roles', GROUP));
const CLUSTER_ROLES = storageKey(builtInResource('clusterroles', GROUP));
const ROLE_BINDINGS = storageKey(builtInResource('rolebindings', GROUP));
const CLUSTER_ROLE_BINDINGS = storageKey(
  builtInResource('clusterrolebindings', GROUP),
);

/** Decides by the Role, ClusterRole and binding objects that are stored: what any of them allows is allowed. */
export function authorize(
  storage: Storage,
  user: User,
  info: RequestInfo,
): Decision {
  // The real server asks no role about system:masters, so that nobody can lock everybody out.
  if (user.groups.includes('system:masters')) {
    return { allowed: true, reason: '' };
  }
  for (const [, binding] of storage.all(CLUSTER_ROLE_BINDINGS)) {
    const subject = subjectFor(binding, user);
    if (subject && allows(roleOf(storage, binding), info)) {
      return allowed(binding, subject);
    }
  }
  if (info.resource && info.namespace) {
    for (const [, binding] of storage.all(ROLE_BINDINGS)) {
      if (binding.metadata.namespace !== info.namespace) {
        continue;
      }
      const subject = subjectFor(binding, user);
      if (subject && allows(roleOf(storage, binding), info)) {
        return allowed(binding, subject);
      }
    }
  }
  return { allowed: false, reason: '' };
}

function allowed(binding: KubeObject, subject: Json): Decision {
  const { name, namespace } = binding.metadata;
  const bindingName = namespace ? `${name}/${namespace}` : name;
  const who =
    subject.kind === 'ServiceAccount'
      ? `${subject.name}/${subject.namespace ?? namespace}`
      : subject.name;
  return {
    allowed: true,
    reason: `RBAC: allowed by ${binding.kind} "${bindingName}" of ${binding.roleRef.kind} "${binding.roleRef.name}" to ${subject.kind} "${who}"`,
  };
}

function subjectFor(binding: KubeObject, user: User): Json | undefined {
  return (binding.subjects ?? []).find((subject: Json) => {
    switch (subject.kind) {
      case 'User':
        return subject.name === user.name;
      case 'Group':
        return user.groups.includes(subject.name);
      case 'ServiceAccount':
        return (
          user.name ===
          `system:serviceaccount:${
            subject.namespace ?? binding.metadata.namespace
          }:${subject.name}`
        );
      default:
        return false;
    }
  });
}

function roleOf(storage: Storage, binding: KubeObject): KubeObject | undefined {
  const { kind, name } = binding.roleRef;
  return kind === 'ClusterRole'
    ? storage.get(CLUSTER_ROLES, name)
    : storage.get(ROLES, `${binding.metadata.namespace}/${name}`);
}

function allows(role: KubeObject | undefined, info: RequestInfo): boolean {
  return (role?.rules ?? []).some((rule: Json) =>
    info.resource
      ? covers(rule.verbs, info.verb) &&
        covers(rule.apiGroups, info.group) &&
        coversResource(rule.resources, info.plural, info.subresource) &&
        (!rule.resourceNames?.length || rule.resourceNames.includes(info.name))
      : covers(rule.verbs, info.verb) &&
        (rule.nonResourceURLs ?? []).some((url: string) =>
          url.endsWith('*')
            ? info.path.startsWith(url.slice(0, -1))
            : url === info.path,
        ),
  );
}

function covers(list: string[] | undefined, value: string): boolean {
  return !!list && (list.includes('*') || list.includes(value));
}

function coversResource(
  resources: string[] | undefined,
  plural: string,
  subresource: string,
): boolean {
  const full = subresource ? `${plural}/${subresource}` : plural;
  return (
    covers(resources, full) ||
    (!!subresource && !!resources?.includes(`*/${subresource}`))
  );
}
