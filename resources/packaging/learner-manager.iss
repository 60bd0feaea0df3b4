; The Windows set-up around the one-folder program, for Inno Setup 6.3 or later; called by
; `python -m resources.packaging.windows`, which says Version, Program (the folder) and Icon. See docs/installing.md.

#ifndef Version
  #error Call this by "python -m resources.packaging.windows PROGRAM-FOLDER OUT-FOLDER"
#endif

[Setup]
; Never change it: by this a newer version knows the older one.
AppId={{6E0B7C64-6C0F-4C0B-9A55-3B6B1F2D7A41}
AppName=Learner Manager
AppVersion={#Version}
AppVerName=Learner Manager {#Version}
AppPublisher=The Learner Manager authors
VersionInfoVersion={#Version}
; For one user, without an administrator; /ALLUSERS on the command line is for those who look after many computers.
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=commandline
DefaultDirName={autopf}\Learner Manager
DisableProgramGroupPage=yes
DisableDirPage=auto
; What Qt 6.11 asks for: 64 bits, Windows 10 version 1809.
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
; A program that is open is asked to close before its files are replaced; it is not started again behind anybody's back.
CloseApplications=yes
RestartApplications=no
Compression=lzma2
SolidCompression=yes
WizardStyle=modern
SetupLogging=yes
SetupIconFile={#Icon}
UninstallDisplayName=Learner Manager
UninstallDisplayIcon={app}\learner-manager.exe
OutputBaseFilename=learner-manager-{#Version}-setup

[Messages]
ConfirmUninstall=Remove %1 from this computer?%n%nYour settings, the database on this computer, its copies and the logs are kept.

[Tasks]
Name: "desktopicon"; Description: "Put a shortcut on the desktop"; Flags: unchecked

[InstallDelete]
; Modules of an older version would be found before those of this one.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Program}\*"; DestDir: "{app}"; Flags: recursesubdirs createallsubdirs ignoreversion

[Icons]
Name: "{autoprograms}\Learner Manager"; Filename: "{app}\learner-manager.exe"
Name: "{autoprograms}\Learner Manager (Demo)"; Filename: "{app}\learner-manager.exe"; Parameters: "--demo"
Name: "{autodesktop}\Learner Manager"; Filename: "{app}\learner-manager.exe"; Tasks: desktopicon

[Run]
Filename: "{app}\learner-manager.exe"; Description: "Start Learner Manager"; Flags: nowait postinstall skipifsilent

[Code]
{ What people typed and loaded is theirs: it is named, and left where it is. }
procedure CurUninstallStepChanged(Step: TUninstallStep);
var
  Data: String;
begin
  Data := ExpandConstant('{localappdata}\Learner Manager');
  if (Step = usPostUninstall) and not UninstallSilent and DirExists(Data) then
    MsgBox('Learner Manager was removed. Settings, the database, its copies and the logs are kept in' + #13#10 + #13#10
      + Data + #13#10 + #13#10
      + 'They hold personal data of learners: delete that folder when nobody needs them any more.',
      mbInformation, MB_OK);
end;
