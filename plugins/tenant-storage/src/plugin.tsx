import {
  ApiBlueprint,
  createFrontendPlugin,
  createRouteRef,
  discoveryApiRef,
  fetchApiRef,
  useRouteRef,
} from '@backstage/frontend-plugin-api';
import {
  EntityCardBlueprint,
  EntityContentBlueprint,
} from '@backstage/plugin-catalog-react/alpha';
import {
  TENANT_ANNOTATION,
  UNDER_CLUSTER_ANNOTATION,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import StorageIcon from '@material-ui/icons/Storage';
import { tenantStorageApiRef } from './api/TenantStorageApi';
import { TenantStorageClient } from './api/TenantStorageClient';

const namesATenant = {
  [`metadata.annotations.${UNDER_CLUSTER_ANNOTATION}`]: { $exists: true },
  [`metadata.annotations.${TENANT_ANNOTATION}`]: { $exists: true },
} as const;

const storageTabRouteRef = createRouteRef();

const tenantStorageApi = ApiBlueprint.make({
  params: defineParams =>
    defineParams({
      api: tenantStorageApiRef,
      deps: { discoveryApi: discoveryApiRef, fetchApi: fetchApiRef },
      factory: ({ discoveryApi, fetchApi }) =>
        TenantStorageClient.create({ discoveryApi, fetchApi }),
    }),
});

const entityStorageCard = EntityCardBlueprint.make({
  name: 'overview',
  params: {
    type: 'content',
    filter: namesATenant,
    loader: async () => {
      const { EntityStorageCard } = await import('./entity/EntityStorageCard');
      const LinkedStorageCard = () => {
        const storageTab = useRouteRef(storageTabRouteRef);
        return <EntityStorageCard tabPath={storageTab?.()} />;
      };
      return <LinkedStorageCard />;
    },
  },
});

const entityStorageContent = EntityContentBlueprint.make({
  name: 'storage',
  params: {
    path: '/storage',
    title: 'Storage',
    routeRef: storageTabRouteRef,
    filter: namesATenant,
    loader: async () => {
      const { EntityStorageContent } = await import(
        './entity/EntityStorageContent'
      );
      return <EntityStorageContent />;
    },
  },
});

/**
 * Tenant storage for the new frontend system: an overview card and a Storage tab for entities that name a tenant.
 *
 * @public
 */
export const tenantStoragePlugin = createFrontendPlugin({
  pluginId: 'tenant-storage',
  title: 'Tenant storage',
  icon: <StorageIcon fontSize="inherit" />,
  routes: { storageTab: storageTabRouteRef },
  info: { packageJson: () => import('../package.json') },
  extensions: [tenantStorageApi, entityStorageCard, entityStorageContent],
});
