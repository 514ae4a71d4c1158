import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { ScmIntegrations } from '@backstage/integration';
import { notificationService } from '@backstage/plugin-notifications-node';
import { signalsServiceRef } from '@backstage/plugin-signals-node';
import { tenantStorageUnderClustersExtensionPoint } from '@kmetal/backstage-plugin-tenant-storage-node';
import {
  ManifestRepositories,
  quotaFactsOf,
  underClusterFactsOf,
} from './changes';
import { readRequestSettings } from './configuration/requestSettings';
import { createInventory, UnderClusterSuppliers } from './inventory';
import { readUnderClusterConfig } from './kubernetes';
import { TenantOwners } from './ownership';
import { createStorageRequests } from './requests';
import { createRouter, Permissions } from './router';
import { TenantReaders } from './signals';

/**
 * The backend of kMetal tenant storage: watches under clusters and answers, from memory, what tenants' storage is like; tells what a
 * change of it would be, and follows the requests for changes.
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
        database: coreServices.database,
        httpAuth: coreServices.httpAuth,
        httpRouter: coreServices.httpRouter,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
        // Works without the notifications backend too: a request is then followed on the tenant's page alone.
        notifications: notificationService,
        permissions: coreServices.permissions,
        permissionsRegistry: coreServices.permissionsRegistry,
        scheduler: coreServices.scheduler,
        // Works without the signals backend too: what is published then reaches nobody, and pages ask again by themselves.
        signals: signalsServiceRef,
        urlReader: coreServices.urlReader,
        userInfo: coreServices.userInfo,
      },
      async init(services) {
        const { config, lifecycle, logger } = services;
        const { supplier, defaults } = readUnderClusterConfig(config, logger);
        const settings = readRequestSettings(config);
        const owners = TenantOwners.fromConfig(config, logger);
        const { inventory, start, stop } = createInventory({
          suppliers: suppliers.with(supplier),
          defaults,
          logger,
        });
        const permissions = Permissions.create({
          ...services,
          inventory,
          owners,
        });
        const followed = await createStorageRequests({
          ...services,
          inventory,
          integrations: ScmIntegrations.fromConfig(config),
          settings,
          portalUrl: config.getOptionalString('app.baseUrl'),
          quotaFactsOf: ({ underCluster, tenant }) => {
            const cluster = inventory.cluster(underCluster);
            return (
              cluster &&
              quotaFactsOf(cluster, tenant, { fleet: false, now: Date.now() })
            );
          },
          liveFactsOf: (underCluster, options) => {
            const cluster = inventory.cluster(underCluster);
            return (
              cluster &&
              underClusterFactsOf(cluster, { ...options, now: Date.now() })
            );
          },
        });
        const { requests } = followed;
        const readers = TenantReaders.watch({
          ...services,
          inventory,
          requests,
        });
        services.httpRouter.use(
          createRouter({
            ...services,
            inventory,
            owners,
            permissions,
            readers,
            repositories: new ManifestRepositories(services),
            requests,
          }),
        );
        lifecycle.addShutdownHook(async () => {
          readers.stop();
          await followed.stop();
          await stop();
        });
        await start();
        await followed.start();
      },
    });
  },
});
