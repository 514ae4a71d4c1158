import {
  coreServices,
  createBackendModule,
  readSchedulerServiceTaskScheduleDefinitionFromConfig,
  type SchedulerServiceTaskScheduleDefinition,
} from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import {
  catalogProcessingExtensionPoint,
  catalogServiceRef,
} from '@backstage/plugin-catalog-node';
import { TenantEntityProvider } from './tenantEntityProvider';
import { TenantStorageApi } from './tenantStorageApi';

const DEFAULT_SCHEDULE: SchedulerServiceTaskScheduleDefinition = {
  frequency: { minutes: 1 },
  timeout: { minutes: 1 },
  initialDelay: { seconds: 5 },
};

/**
 * Tenants of kMetal under clusters as catalog entities: Resources of type `kmetal-tenant`, with owner and annotations, made by
 * nobody by hand.
 *
 * @public
 */
export const catalogModuleTenantStorage = createBackendModule({
  pluginId: 'catalog',
  moduleId: 'tenant-storage',
  register(reg) {
    reg.registerInit({
      deps: {
        auth: coreServices.auth,
        catalog: catalogServiceRef,
        config: coreServices.rootConfig,
        discovery: coreServices.discovery,
        logger: coreServices.logger,
        processing: catalogProcessingExtensionPoint,
        scheduler: coreServices.scheduler,
      },
      async init(deps) {
        const key = 'catalog.providers.tenantStorage';
        const config = deps.config.getOptionalConfig(key);
        const defaultOwner =
          config?.getOptionalString('defaultOwner') ?? 'unknown';
        if (!/^[A-Za-z0-9:/._-]+$/.test(defaultOwner)) {
          throw new InputError(
            `${key}.defaultOwner has to be an entity reference such as group:default/platform`,
          );
        }
        const schedule = config?.has('schedule')
          ? readSchedulerServiceTaskScheduleDefinitionFromConfig(
              config.getConfig('schedule'),
            )
          : DEFAULT_SCHEDULE;
        deps.processing.addEntityProvider(
          new TenantEntityProvider({
            api: new TenantStorageApi(deps),
            auth: deps.auth,
            catalog: deps.catalog,
            defaultOwner,
            logger: deps.logger,
            schedule: deps.scheduler.createScheduledTaskRunner(schedule),
          }),
        );
      },
    });
  },
});
