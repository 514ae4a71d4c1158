export { eventsAbout } from './evidence';
export { diagnoseTenant, type TenantEvidence } from './tenantTroubles';
export { diagnoseVolume, WAITING_FOR_CONSUMER } from './volumeTroubles';
export { worstFirst } from './severity';
