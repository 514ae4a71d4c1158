import type { ClusterInventory, Inventory } from '../inventory/types';
import { notFound } from './allowedTenant';
import type { Access } from './permissions';
import { isLabel } from './query';

/**
 * An under cluster whose storage the caller may ask to change.
 *
 * @throws NotFoundError if there is no such under cluster, or the caller may not read it or not change it.
 */
export function changeableUnderCluster(
  inventory: Pick<Inventory, 'cluster'>,
  name: string,
  access: Access,
): ClusterInventory {
  if (!isLabel(name)) throw notFound();
  const cluster = inventory.cluster(name);
  const isAllowed = access.mayChangeUnderCluster({ name });
  if (!cluster || !isAllowed) throw notFound();
  return cluster;
}
