import type {
  AuthService,
  DiscoveryService,
  UrlReaderService,
} from '@backstage/backend-plugin-api';
import type { ScmIntegrationRegistry } from '@backstage/integration';

/** How long the backend and the Git host may take, each, unless told otherwise. */
export const DEFAULT_TIMEOUT_MS = 60_000;

/** What actions that plan a change work with. */
export interface ChangeActionOptions {
  auth: AuthService;
  discovery: DiscoveryService;
  urlReader: UrlReaderService;
  integrations: ScmIntegrationRegistry;
  requireScmUserCredentials: boolean;
  /** How long the backend and the Git host may take, each; 60,000 unless told. */
  timeoutMs?: number;
}
