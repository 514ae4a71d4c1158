import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { ScmIntegrations } from '@backstage/integration';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { createQuotaAction } from './actions/quota';

/**
 * Adds the actions of kMetal tenant storage to the Scaffolder: `kmetal:storage:quota`.
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
        scaffolder.addActions(
          createQuotaAction({
            auth,
            discovery,
            urlReader,
            integrations: ScmIntegrations.fromConfig(config),
            requireScmUserCredentials:
              config.getOptionalBoolean(
                'scaffolder.requireScmUserCredentials',
              ) ?? false,
          }),
        );
      },
    });
  },
});
