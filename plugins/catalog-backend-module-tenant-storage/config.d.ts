import type { SchedulerServiceTaskScheduleDefinitionConfig } from '@backstage/backend-plugin-api';

export interface Config {
  catalog?: {
    providers?: {
      /** Tenants of kMetal under clusters as catalog entities. */
      tenantStorage?: {
        /**
         * How often tenants are read. Every minute unless set.
         *
         * @visibility backend
         */
        schedule?: SchedulerServiceTaskScheduleDefinitionConfig;
        /**
         * Owner of tenants that nobody is known to own, an entity reference such as `group:default/platform`. `unknown` unless set: the
         * catalog wants an owner. It decides nothing about who may read the tenant.
         *
         * @visibility backend
         */
        defaultOwner?: string;
      };
    };
  };
}
