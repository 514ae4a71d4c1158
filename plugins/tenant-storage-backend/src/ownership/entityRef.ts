import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';

/** The parts of an entity reference, as the catalog accepts them in entity names. */
const PART = /^[a-z0-9]+(?:[-_.][a-z0-9]+)*$/;
const LONGEST_PART = 63;

/**
 * Reads an owner such as `group:default/team-alpha`, `user:ada` or `team-alpha` (a group in the default namespace; labels of a
 * namespace can hold nothing longer, as `:` and `/` are not allowed in their values).
 *
 * @returns the full reference in lower case, as the catalog writes it; undefined if it is no user and no group.
 */
export function parseOwner(text: string): string | undefined {
  let ref;
  try {
    ref = parseEntityRef(text.trim().toLowerCase(), {
      defaultKind: 'group',
      defaultNamespace: 'default',
    });
  } catch {
    return undefined;
  }
  const whole = [ref.namespace, ref.name].every(
    part => part.length <= LONGEST_PART && PART.test(part),
  );
  return whole && ['group', 'user'].includes(ref.kind)
    ? stringifyEntityRef(ref)
    : undefined;
}
