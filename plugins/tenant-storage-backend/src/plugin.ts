import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import { tenantStorageUnderClustersExtensionPoint } from '@kmetal/backstage-plugin-tenant-storage-node';
import { createInventory, UnderClusterSuppliers } from './inventory';
import { readUnderClusterConfig } from './kubernetes';
import { TenantOwners } from './ownership';
import { createRouter, ReadPermissions } from './router';
import { TenantReaders } from './signals';

/**
 * The backend of kMetal tenant storage: watches under clusters and answers, from memory, what tenants' storage is like.
 *
 * Malformed configuration stops it and names the key. An under cluster that can't be reached, or whose credentials can't be
 * read, does not: it is shown so.
 *
 * @public
 */
export const tenantStoragePlugin = createBackendPlugin({
  pluginId: 'tenant-storage',
  register(reg) {
    const suppliers = new UnderClusterSuppliers();
    reg.registerExtensionPoint(
      tenantStorageUnderClustersExtensionPoint,
      suppliers,
    );
    reg.registerInit({
      deps: {
        auditor: coreServices.auditor,
        auth: coreServices.auth,
        config: coreServices.rootConfig,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        // Works without the signals backend too: what is published then reaches nobody, and pages ask again by themselves.
        signals: signalsServiceRef,
        userInfo: coreServices.userInfo,
      },
      async init(services) {
        const { config, lifecycle, logger } = services;
        const { supplier, defaults } = readUnderClusterConfig(config, logger);
        const owners = TenantOwners.fromConfig(config, logger);
        const { inventory, start, stop } = createInventory({
          suppliers: suppliers.with(supplier),
          defaults,
          logger,
        });
        const readPermissions = ReadPermissions.create({
          ...services,
          inventory,
          owners,
        });
        const readers = TenantReaders.watch({ ...services, inventory });
        services.httpRouter.use(
          createRouter({
            ...services,
            inventory,
            owners,
            readPermissions,
            readers,
          }),
        );
        lifecycle.addShutdownHook(async () => {
          readers.stop();
          await stop();
        });
        await start();
      },
    });
  },
});
