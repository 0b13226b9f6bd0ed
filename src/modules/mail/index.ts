export { sendTeamMail, type TeamMail, type TeamMailScope } from './service.ts'
