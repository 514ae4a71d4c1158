import { ConflictError } from '@backstage/errors';
import type {
  TenantStorageUnderClustersExtensionPoint,
  UnderClusterSupplier,
} from '@kmetal/backstage-plugin-tenant-storage-node';

/** The suppliers of under clusters, the configuration first, in the order in which modules add them. */
export class UnderClusterSuppliers
  implements TenantStorageUnderClustersExtensionPoint
{
  readonly #added: UnderClusterSupplier[] = [];

  addSupplier(supplier: UnderClusterSupplier): void {
    if (
      supplier.id === 'configuration' ||
      this.#added.some(it => it.id === supplier.id)
    ) {
      throw new ConflictError(
        `A supplier of under clusters with the id "${supplier.id}" is registered already: give each its own id`,
      );
    }
    this.#added.push(supplier);
  }

  /** All of them, the configuration's before the others. */
  with(configuration: UnderClusterSupplier): UnderClusterSupplier[] {
    return [configuration, ...this.#added];
  }
}
