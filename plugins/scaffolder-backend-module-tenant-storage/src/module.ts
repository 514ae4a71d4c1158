import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { ScmIntegrations } from '@backstage/integration';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { storageChanges } from '@kmetal/backstage-plugin-tenant-storage-node';
import { createQuotaAction } from './actions/quota';
import { createStorageChangeAction } from './actions/storageChange';

/**
 * Adds the actions of kMetal tenant storage to the Scaffolder: `kmetal:storage:quota`, and one for each change of an under cluster's storage,
 * such as `kmetal:velero:location`.
 *
 * @public
 */
export const scaffolderModuleTenantStorage = createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'tenant-storage',
  register(reg) {
    reg.registerInit({
      deps: {
        auth: coreServices.auth,
        config: coreServices.rootConfig,
        discovery: coreServices.discovery,
        scaffolder: scaffolderActionsExtensionPoint,
        urlReader: coreServices.urlReader,
      },
      async init({ auth, config, discovery, scaffolder, urlReader }) {
        const options = {
          auth,
          discovery,
          urlReader,
          integrations: ScmIntegrations.fromConfig(config),
          requireScmUserCredentials:
            config.getOptionalBoolean('scaffolder.requireScmUserCredentials') ??
            false,
        };
        scaffolder.addActions(
          createQuotaAction(options),
          ...storageChanges.map(change =>
            createStorageChangeAction(change, options),
          ),
        );
      },
    });
  },
});
