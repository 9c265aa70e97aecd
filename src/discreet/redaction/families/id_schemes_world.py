"""National ids and tax numbers of people in eastern Europe, Asia, Africa and Latin America, and in any country."""

from __future__ import annotations

from discreet.redaction.families.scheme import Scheme
from discreet.redaction.recogniser import listed

EASTERN = (
    Scheme("pesel, numer pesel, nr pesel", "d11", "pl.pesel"),
    Scheme("nip", "d10", "pl.nip", strict=True),
    Scheme("numer nip, nr nip", "d10", "pl.nip"),
    Scheme("dowód osobisty, dowodu osobistego, numer dowodu, nr dowodu, dowodu, seria i numer dowodu", "a3d6"),
    Scheme("rodné číslo, rodného čísla, rč, r č, rodném čísle", "d10|d9", "cz.rc"),
    Scheme("občanský průkaz, občanského průkazu, občiansky preukaz, číslo op, číslo občanky, občanka", "d9|a2d6|d6a2"),
    Scheme("személyi szám, személyi azonosító, személyi számom", "d11"),
    Scheme("adóazonosító, adóazonosító jel, adóazonosító jelem, adószám", "d10"),
    Scheme("taj, tajszám", "d9"),
    Scheme("személyi, személyi igazolvány", "d6a2"),
    Scheme("cnp, cod numeric personal, c n p, codul numeric personal", "d13", "ro.cnp"),
    Scheme("buletin, carte de identitate, cartea de identitate", "a2d6"),
    Scheme("егн, egn, единен граждански номер, лнч, lnch", "d10", "bg.egn bg.pnf"),
    Scheme("oib, o i b, osobni identifikacijski broj", "d11", "hr.oib"),
    Scheme("emšo", "d13", "si.emso"),
    Scheme("davčna", "d8", "si.ddv"),
    Scheme("jmbg, jmb, embg, ембг, јмбг, јмб, matični broj, матични број, матичен број", "d13", "si.emso"),
    Scheme(
        "osobna iskaznica, broj osobne, broj osobne iskaznice, lična karta, лична карта, broj lične karte", "d9|d8|d10"
    ),
    Scheme("numri personal, nid, letërnjoftim", "ad8a|d10"),
    Scheme("idnp, cod personal", "d13", "md.idno"),
    Scheme(
        "рнокпп, іпн, ідентифікаційний код, ідентифікаційний номер, rnokpp, ipn, ідентифікаційного коду",
        "d10",
        "ua.rntrc",
    ),
    Scheme("снилс, snils, снилса, страховой номер", "d11"),
    Scheme("инн, inn number, индивидуальный налоговый номер", "d12|d10", "ru.inn"),
    Scheme("inn", "d12|d10", "ru.inn", strict=True),
    Scheme("иин, iin, жсн", "d12"),
    Scheme("идентификационный номер, личный номер, асабісты нумар", "d7ad3a2d|d14|d10"),
    Scheme("პირადი ნომერი, პირადი, piradi nomeri", "d11"),
)

ASIAN = (
    Scheme(
        """
        aadhaar, aadhar, adhaar, adhar, uidai, आधार, आधार कार्ड, आधार नंबर, आधार संख्या
        """,
        "d12",
        "in_.aadhaar",
    ),
    Scheme("aadhaar, aadhar, virtual id", "d16", "in_.vid"),
    Scheme("pan, permanent account number, पैन, पैन कार्ड", "a5d4a", "in_.pan"),
    Scheme("voter id, voter card, epic, वोटर आईडी", "a3d7", "in_.epic"),
    Scheme(
        "身份证, 身份證, 居民身份证, 公民身份号码, chinese id, resident identity card, shenfenzheng, prc id",
        "d17[0-9Xx]|d17|d16|d15",
        "cn.ric",
    ),
    Scheme(
        "hkid, hong kong id, hk id, hong kong identity card, 香港身份證, 香港身份证, 身份證, 身份证",
        r"=[A-Za-z]{1,2} ?[0-9]{6} ?\(?[0-9Aa]\)?",
    ),
    Scheme("身分證, 身分證字號, 統一證號, taiwan id, taiwanese id, tw id, arc number", "a[ABCDabcd12689]d8"),
    Scheme("マイナンバー, 個人番号, mynumber, individual number, マイナンバーカード", "d12", "jp.in_"),
    Scheme(
        "주민등록번호, 주민번호, 외국인등록번호, rrn, resident registration number, korean id, jumin", "d13", "kr.rrn"
    ),
    Scheme("nric, fin, uin, singapore id", "[STFGMstfgm]d7a"),
    Scheme("mykad, my kad, ic, i c, nric, kad pengenalan, mypr, malaysian id, malaysian ic", "d12", "my.nric"),
    Scheme(
        "เลขบัตรประชาชน, บัตรประชาชน, เลขประจำตัวประชาชน, เลขผู้เสียภาษี, เลขประจำตัวผู้เสียภาษี, thai id, thai citizen id, "
        "thai national id",
        "d13",
        "th.pin",
    ),
    Scheme("nik, ktp, e ktp, nomor induk kependudukan, nomor ktp, no ktp", "d16", "id.nik"),
    Scheme("npwp, nomor pokok wajib pajak", "d15|d16", "id.npwp"),
    Scheme("sss number, sss no, gsis, philhealth, pag ibig, umid, philsys", "d10|d12|d11|d16"),
    Scheme(
        "cccd, cmnd, căn cước, căn cước công dân, chứng minh nhân dân, số cccd, vietnamese id, mã số thuế",
        "d12|d9|d10|d13",
    ),
    Scheme("cnic, nicop, nadra, شناختی کارڈ, شناختی, pakistani id", "d13", "pk.cnic"),
    Scheme("nic, sri lankan id", "=[0-9]{9}[VvXx]|[0-9]{12}|[0-9]{5}-[0-9]{7}-[0-9]"),
    Scheme("nid, জাতীয় পরিচয়পত্র, এনআইডি, bangladeshi id", "d17|d13|d10"),
    Scheme("citizenship number, citizenship no, nagarikta, नागरिकता", "d9|d10|d11|d12|d8"),
    Scheme("teudat zehut, teudat zeut, t z, תעודת זהות, מספר זהות, ת.ז, תז, israeli id", "d9|d8", "il.idnr"),
    Scheme("emirates id, eid number, الهوية الإماراتية", "[7][8][4]d12"),
    Scheme("iqama, saudi id, رقم الإقامة, إقامة, الهوية الوطنية, رقم الهوية, هوية", "d10"),
    Scheme("الرقم القومي, رقم قومي, رقم البطاقة, egyptian id, egyptian national id", "d14"),
    Scheme(
        "qid, qatar id, civil id, الرقم المدني, الرقم الشخصي, رقم وطني, الرقم الوطني",
        "d11|d12|d9|d10|d8",
    ),
    Scheme("کد ملی, کدملی, شماره ملی, kod melli, code melli, iranian id", "d10"),
)

LATIN = (
    Scheme("cpf, c p f, cadastro de pessoas físicas, cadastro de pessoa física", "d11", "br.cpf"),
    Scheme("rg, registro geral, carteira de identidade", "d8x|d9|d8|d7x"),
    Scheme("pis, pasep, nis, nit, pis pasep, título de eleitor", "d11|d12"),
    Scheme("cuit, cuil, cdi, c u i t, c u i l", "d11", "ar.cuit"),
    Scheme("rut, r u t, rol único tributario, rol único nacional", "d8[0-9Kk]|d7[0-9Kk]", "cl.rut"),
    Scheme("run", "d8[0-9Kk]|d7[0-9Kk]", "cl.rut", strict=True),
    Scheme("rut", "d12", "uy.rut"),
    Scheme("curp, c u r p, clave única de registro de población", "a4d6[HMXhmx]a5xd", "mx.curp"),
    Scheme("rfc, r f c, registro federal de contribuyentes", "a4d6x3|a3d6x3|a4d6", "mx.rfc"),
    Scheme("clave de elector, ine", "a6d8[HMhm]d3|d13"),
    Scheme("nss, imss, número de seguro social, seguro social", "d11"),
    Scheme(
        """
        cédula, cédula de ciudadanía, cédula de identidad, cédula de extranjería, número de cédula,
        tarjeta de identidad
        """,
        "[VEve]?d11|[VEve]?d10|[VEve]?d9|[VEve]?d8|[VEve]?d7|[VEve]?d6",
        "co.nit do.cedula ec.ci",
        digits=6,
    ),
    Scheme("nit", "d10|d9|d8x", "co.nit gt.nit", strict=True),
    Scheme("rif, r i f", "[VEJPGvejpg]d9", "ve.rif"),
    Scheme("ruc", "d11|d13|d8", "pe.ruc ec.ruc"),
    Scheme("ruc", "d9|d7|d6|d5", "py.ruc", strict=True),
    Scheme("nit", "d7x|d6x|d5x|d4x|d3x", "gt.nit", strict=True),
    Scheme("rnc", "d9", "do.rnc"),
    Scheme("carné de identidad, número de identidad permanente", "d11", "cu.ni"),
    Scheme("matricule fiscal, matricule fiscale, identifiant fiscal", "d7a3d3|d7a", "tn.mf"),
    Scheme("nifp", "d9"),
    Scheme("tax registration number, رقم التسجيل الضريبي", "d9", "eg.tn"),
    Scheme("nrt", "[A-Za-z]d6[A-Za-z]"),
    Scheme("peid", "d11|d9|d8|d7"),
    Scheme("dui", "d9"),
    Scheme("dpi, cui, código único de identificación", "d13|d9|d8", "pe.cui"),
)

_PEOPLES = sorted(
    listed(
        """
        albanian argentine argentinian australian austrian belgian bolivian brazilian british bulgarian canadian
        chilean chinese colombian croatian cypriot czech danish dominican dutch ecuadorian egyptian estonian finnish
        french georgian german ghanaian greek hungarian icelandic indian indonesian iranian iraqi irish israeli
        italian japanese jordanian kazakh kenyan korean kuwaiti latvian lebanese lithuanian malaysian maltese mexican
        moldovan moroccan nigerian norwegian pakistani peruvian philippine polish portuguese romanian russian serbian
        singaporean slovak slovenian spanish swedish swiss thai tunisian turkish ukrainian us uk venezuelan vietnamese
        eu emirati saudi qatari
        """
    )
)

_ANY = (
    r"=(?:[A-Z]{1,4}[ .-]?|[a-z]{1,3}-?)?[0-9][0-9A-Za-z]{0,19}"
    r"(?:[ .\-/][0-9A-Za-z]{0,4}[0-9][0-9A-Za-z]{0,9}){0,6}(?:-[A-Za-z0-9])?"
    r"|[0-9A-Za-z]{7,20}"
)
_CERTAIN = "za.idnr cn.ric kr.rrn tr.tckimlik pl.pesel ee.ik ro.cnp be.nn br.cpf fi.hetu es.dni es.nie si.emso"
"""With a date, two check digits or a letter of twenty: other numbers hardly ever please them."""

ANYWHERE = (
    Scheme(
        """
        national id, national identity, national identification, national number, nationalid, identity number,
        identity card, identity document, id card, id document, identification card, government id, gov id,
        citizen id, citizen number, citizen card, state id, resident id, residence card, residence permit,
        personal id, personal code, personal identity code, voter id, personal identity number,
        personal identification number, personal identification code, tax id, taxid, tax identification number,
        tax number, tax no, tax code, tax payer number, taxpayer number, taxpayer id, taxpayer identification number,
        tin number, tin no, fiscal number, fiscal id, social security, social insurance, health insurance number,
        insurance number, refugee id, asylum seeker id, permanent resident number, foreigner number,
        civil registration number, population register number, documento d'identità, documento de identificação,
        documento de identidade, numéro d'identification, número de identificación, número de identidad,
        número de identificação, id kort, id kaart, legitimation, henkilökortti, идентификационен номер,
        налоговый номер, удостоверение личности, nomor identitas, kimlik kartı, 税号, 納税者番号, 국민식별번호,
        """
        + ", ".join(f"{people} id" for people in _PEOPLES),
        _ANY,
        _CERTAIN,
        digits=5,
    ),
    Scheme(
        """
        id, i d, personal number, personal no, identification, identity, tin, numéro d'identification
        """,
        "d13|d11|d17x|d8a|[XYZxyz]d7a|d6[-+A-Ya-y]d3x|d9a2d",
        _CERTAIN,
        strict=True,
        digits=7,
    ),
    Scheme("id, personal number, personal no", "d12|d10", "se.personnummer", strict=True, digits=7),
    Scheme("id number, id no", "d9", "il.idnr", strict=True, digits=7),
)

MISTYPED = (
    Scheme(
        """
        ssn, social security number, itin, nino, ni number, national insurance number, nhs number, tax file number,
        tfn, social insurance number, ird, pps number, ppsn, svnr, sozialversicherungsnummer, sv nummer, steuer id,
        ahv nummer, steueridentifikationsnummer, numéro de sécurité sociale, numéro fiscal, codice fiscale, bsn,
        pesel, burgerservicenummer, rijksregisternummer, insz, personnummer, fødselsnummer, cpr nummer, henkilötunnus,
        hetu, kennitala, rodné číslo, cnp, егн, egn, αμκα, amka, isikukood, asmens kodas, personas kods, oib, emšo,
        jmbg, снилс, рнокпп, tckn, tc kimlik, cpf, curp, cuit, cuil, aadhaar, aadhar, cnic, nric, mykad,
        teudat zehut
        """,
        r"=[0-9](?:[ .\-/]?[0-9]){6,19}",
        digits=7,
    ),
)
"""A digit too many or too few: these names leave no doubt."""
