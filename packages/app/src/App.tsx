import { createApp } from '@backstage/frontend-defaults';
import { catalogModule } from './catalog';
import { navigationModule } from './navigation';
import { signInModule } from './signIn';

// Plugins, kMetal tenant storage among them, are discovered from this package's dependencies (app.packages in app-config.yaml).
export default createApp({
  features: [catalogModule, navigationModule, signInModule],
});
