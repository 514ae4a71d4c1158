import {
  coreExtensionData,
  createFrontendModule,
} from '@backstage/frontend-plugin-api';
import catalogPlugin from '@backstage/plugin-catalog/alpha';

const catalogPage = catalogPlugin.getExtension('page:catalog').override({
  factory: (originalFactory, { inputs, config }) =>
    originalFactory({
      params: {
        loader: async () => {
          const { TenantCatalog } = await import('./TenantCatalog');
          return (
            <TenantCatalog
              pagination={config.pagination}
              filters={inputs.filters.map(filter =>
                filter.get(coreExtensionData.reactElement),
              )}
            />
          );
        },
      },
    }),
});

/** The catalog's first page, with columns for what this portal has in its catalog. */
export const catalogModule = createFrontendModule({
  pluginId: 'catalog',
  extensions: [catalogPage],
});
