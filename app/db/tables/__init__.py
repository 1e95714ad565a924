"""Every table of the service, in the order in which they refer to one another."""

from app.db.tables.access import (
    AppUser,
    OneTimeSecret,
    RateCount,
    SchoolAccess,
    SchoolPreference,
    ServiceSetting,
    Session,
    SignInFlow,
    UserIdentity,
    UserOrganisation,
)
from app.db.tables.api import APIRequestSlot, APIToken, APITokenDay, APITokenUse
from app.db.tables.calendar import CalendarEntry, CalendarFeed
from app.db.tables.console import QueueItem
from app.db.tables.events import Event, EventSubject
from app.db.tables.messages import MailboxMessage, Message, SenderStop
from app.db.tables.provider_records import (
    Change,
    ChangeCounter,
    IdempotentRequest,
    ParticipantIdChange,
    ProviderRecord,
    TrainingRecord,
)
from app.db.tables.providers import (
    AppropriateBody,
    ContractPeriod,
    DeliveryPartner,
    LeadProvider,
    LeadProviderContract,
    Milestone,
    ProviderPairing,
    RegistrationClosure,
    Schedule,
)
from app.db.tables.registration import (
    Draft,
    ECTAtSchoolPeriod,
    LookupAttempt,
    MentorAtSchoolPeriod,
    MentorshipPeriod,
    NameFlag,
)
from app.db.tables.reminders import ReminderRun, ReminderSent
from app.db.tables.schools import (
    InductionTutor,
    RegisterItem,
    RegisterRun,
    School,
    SchoolClosing,
    SchoolLink,
    SchoolUplift,
    SchoolYear,
)
from app.db.tables.support import Feedback, SupportQuery
from app.db.tables.teachers import InductionPeriod, Teacher
from app.db.tables.training import Declaration, SchoolPartnership, TrainingPeriod

ALL_TABLES = (
    AppUser,
    UserIdentity,
    Session,
    SignInFlow,
    OneTimeSecret,
    RateCount,
    ServiceSetting,
    ContractPeriod,
    RegistrationClosure,
    Schedule,
    Milestone,
    LeadProvider,
    LeadProviderContract,
    DeliveryPartner,
    ProviderPairing,
    AppropriateBody,
    School,
    SchoolAccess,
    UserOrganisation,
    SchoolPreference,
    SchoolLink,
    InductionTutor,
    SchoolYear,
    SchoolUplift,
    RegisterRun,
    SchoolClosing,
    RegisterItem,
    Teacher,
    InductionPeriod,
    ECTAtSchoolPeriod,
    MentorAtSchoolPeriod,
    MentorshipPeriod,
    Draft,
    LookupAttempt,
    NameFlag,
    SchoolPartnership,
    TrainingPeriod,
    Declaration,
    TrainingRecord,
    ParticipantIdChange,
    ProviderRecord,
    Change,
    ChangeCounter,
    IdempotentRequest,
    Event,
    EventSubject,
    Message,
    MailboxMessage,
    SenderStop,
    CalendarFeed,
    CalendarEntry,
    SupportQuery,
    Feedback,
    QueueItem,
    ReminderRun,
    ReminderSent,
    APIToken,
    APITokenDay,
    APITokenUse,
    APIRequestSlot,
)
